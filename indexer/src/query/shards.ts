import type { DatasetRef, Holding, Shard } from '@llmchain/protocol';
import { sql } from 'kysely';
import type { Database } from '../store/tables';

/** A shard and what members say of their copies of it. */
export interface HeldShard {
  shard: Shard;
  holdings: Holding[];
}

/** Shards of dataset versions and who holds them. */
export class Shards {
  readonly #db: Database;

  constructor(dependencies: { db: Database }) {
    this.#db = dependencies.db;
  }

  /** Of one version, in their order. @param page `after` is the index of the last one had */
  async of(reference: DatasetRef, page: { limit: number; after?: number | undefined }): Promise<HeldShard[]> {
    const rows = await this.#db
      .selectFrom('edge')
      .innerJoin('node', (join) =>
        join
          .onRef('node.from_block', '=', 'edge.from_block')
          .onRef('node.tx', '=', 'edge.tx')
          .onRef('node.n', '=', 'edge.n'),
      )
      .select('node.data')
      .where('edge.to_id', '=', `dataset:${reference.dataset}@${reference.version}`)
      .where('edge.kind', '=', 'part of')
      .where('edge.to_block', 'is', null)
      .where('node.type', '=', 'shard')
      .where(sql<boolean>`(node.data->>'index')::integer > ${page.after ?? -1}`)
      .orderBy(sql`(node.data->>'index')::integer`)
      .limit(page.limit)
      .execute();
    return this.#held(rows.map(({ data }) => data as unknown as Shard));
  }

  /** All that are placed on a member, and all that it says it holds. */
  async keptBy(member: string): Promise<HeldShard[]> {
    const rows = await this.#db
      .selectFrom('node')
      .select('data')
      .where('type', '=', 'shard')
      .where('to_block', 'is', null)
      .where((either) =>
        either.or([
          sql<boolean>`${member} IN (SELECT holder->>'member' FROM json_array_elements(data->'holders') AS holder)`,
          either(
            'id',
            'in',
            either
              .selectFrom('node as said')
              .innerJoin('edge', (join) =>
                join
                  .onRef('edge.from_block', '=', 'said.from_block')
                  .onRef('edge.tx', '=', 'said.tx')
                  .onRef('edge.n', '=', 'said.n'),
              )
              .select('edge.to_id')
              .where('said.type', '=', 'holding')
              .where('said.name', '=', member)
              .where('said.state', '=', 'held')
              .where('said.to_block', 'is', null),
          ),
        ]),
      )
      .orderBy('id')
      .execute();
    return this.#held(rows.map(({ data }) => data as unknown as Shard));
  }

  /** Shards that are this file: of several versions, where they hold the same items. */
  async withDigest(digest: string): Promise<HeldShard[]> {
    const rows = await this.#db
      .selectFrom('node')
      .select('data')
      .where('name', '=', digest)
      .where('type', '=', 'shard')
      .where('to_block', 'is', null)
      .orderBy('id')
      .execute();
    return this.#held(rows.map(({ data }) => data as unknown as Shard));
  }

  async #held(shards: readonly Shard[]): Promise<HeldShard[]> {
    const ids = shards.map(({ dataset, version, index }) => `shard:${dataset}@${version}/${index}`);
    const rows = await this.#db
      .selectFrom('edge')
      .innerJoin('node', (join) =>
        join
          .onRef('node.from_block', '=', 'edge.from_block')
          .onRef('node.tx', '=', 'edge.tx')
          .onRef('node.n', '=', 'edge.n'),
      )
      .select(['edge.to_id', 'node.data'])
      .where(sql<boolean>`edge.to_id = ANY(${ids}::text[])`)
      .where('edge.kind', '=', 'copy of')
      .where('edge.to_block', 'is', null)
      .orderBy('node.name')
      .execute();
    const holdings = new Map<string, Holding[]>(ids.map((id) => [id, []]));
    for (const { to_id: id, data } of rows) holdings.get(id)?.push(data as unknown as Holding);
    return shards.map((shard, at) => ({ shard, holdings: holdings.get(ids[at]!)! }));
  }
}
