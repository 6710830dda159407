import {
  decodeJson,
  ordinal,
  RECORDS,
  type DatasetPage,
  type DatasetRef,
  type RecordOf,
  type RecordType,
} from '@llmchain/protocol';
import { sql } from 'kysely';
import type { Database } from '../store/tables';
import type { RecordVersion } from './answers';

/** Values of one record that one answer holds. */
const VALUES = 500;

/** Records as they stand, and as they were. */
export class Records {
  readonly #db: Database;

  constructor(dependencies: { db: Database }) {
    this.#db = dependencies.db;
  }

  /** Records that have a place in the lineage, by their state key's parts joined with `/`; what is not there is left out. */
  async current<T extends RecordType>(type: T, keys: readonly string[]): Promise<Map<string, RecordOf<T>>> {
    const prefix = `${type}/`;
    const rows = await this.#db
      .selectFrom('node')
      .select(['origin', 'data'])
      .where(sql<boolean>`origin = ANY(${keys.map((key) => prefix + key)}::text[])`)
      .where('to_block', 'is', null)
      .execute();
    return new Map(rows.map(({ origin, data }) => [origin.slice(prefix.length), data as unknown as RecordOf<T>]));
  }

  /** The pages of a dataset version, by index. */
  async datasetPages({ dataset, version }: DatasetRef): Promise<DatasetPage[]> {
    const rows = await this.#db
      .selectFrom('write')
      .select(['parts', sql<string>`record::text`.as('text')])
      .where('type', '=', 'dataset-page')
      .where(sql<boolean>`parts > ${[dataset, ordinal(version)]}::text[]`)
      .where(sql<boolean>`parts < ${[dataset, ordinal(version), '~']}::text[]`)
      .where('record', 'is not', null)
      .orderBy('parts')
      .orderBy('block')
      .orderBy('tx')
      .orderBy('n')
      .execute();
    const pages = new Map(rows.map(({ parts, text }) => [parts.at(-1), text]));
    return [...pages.values()].map((text) => decodeJson(RECORDS['dataset-page'], text, 'dataset page'));
  }

  /** Every value that a record has had, oldest first, with the transactions that gave it them. */
  async history(type: RecordType, parts: readonly string[]): Promise<RecordVersion[]> {
    const rows = await this.#db
      .selectFrom('write')
      .innerJoin('transaction', (join) =>
        join.onRef('transaction.block', '=', 'write.block').onRef('transaction.index', '=', 'write.tx'),
      )
      .select(['write.block', 'write.record', 'transaction.id', 'transaction.function', 'transaction.creator'])
      .select('transaction.time')
      .where('type', '=', type)
      .where(sql<boolean>`parts = ${parts}::text[]`)
      .orderBy('write.block')
      .orderBy('tx')
      .orderBy('n')
      .limit(VALUES)
      .execute();
    return rows.map(({ id, time, ...row }) => ({ ...row, transaction: id, time: Number(time) }));
  }

  /** Sales of a work, by id. */
  async salesOf(work: string): Promise<RecordOf<'sale'>[]> {
    const rows = await this.#db
      .selectFrom('edge')
      .innerJoin('node', (join) =>
        join
          .onRef('node.from_block', '=', 'edge.from_block')
          .onRef('node.tx', '=', 'edge.tx')
          .onRef('node.n', '=', 'edge.n'),
      )
      .select('node.data')
      .where('edge.to_id', '=', work)
      .where('edge.kind', '=', 'sells')
      .where('edge.to_block', 'is', null)
      .orderBy('node.id')
      .limit(VALUES)
      .execute();
    return rows.map(({ data }) => data as unknown as RecordOf<'sale'>);
  }

  /** Grants in force by their state that a member has: on a work, or with null on dataset versions. By id. */
  async grantsTo(grantee: string, work: string | null): Promise<RecordOf<'grant'>[]> {
    const rows = await this.#db
      .selectFrom('node')
      .select('data')
      .where('type', '=', 'grant')
      .where('state', '=', 'granted')
      .where('to_block', 'is', null)
      .where(sql<boolean>`data->>'grantee' = ${grantee}`)
      .where(sql<boolean>`data->'subject'->>'work' IS NOT DISTINCT FROM ${work}::text`)
      .orderBy('name')
      .limit(VALUES)
      .execute();
    return rows.map(({ data }) => data as unknown as RecordOf<'grant'>);
  }

  /** Grants, whatever became of them, that are about a work. By id. */
  async grantsOn(work: string): Promise<RecordOf<'grant'>[]> {
    const rows = await this.#db
      .selectFrom('node')
      .select('data')
      .where('type', '=', 'grant')
      .where('to_block', 'is', null)
      .where(sql<boolean>`data->'subject'->>'work' = ${work}`)
      .orderBy('name')
      .limit(VALUES)
      .execute();
    return rows.map(({ data }) => data as unknown as RecordOf<'grant'>);
  }

  /** Licences that somebody accepted, whatever became of them, that name a work. By id. */
  async licencesOf(work: string): Promise<RecordOf<'licence'>[]> {
    const rows = await this.#db
      .selectFrom('edge')
      .innerJoin('node', (join) =>
        join
          .onRef('node.from_block', '=', 'edge.from_block')
          .onRef('node.tx', '=', 'edge.tx')
          .onRef('node.n', '=', 'edge.n'),
      )
      .select('node.data')
      .where('edge.to_id', '=', work)
      .where('edge.kind', '=', 'licenses')
      .where('edge.to_block', 'is', null)
      .where(sql<boolean>`node.data->>'acceptedBy' IS NOT NULL`)
      .orderBy('node.id')
      .limit(2 * VALUES)
      .execute();
    return rows.map(({ data }) => data as unknown as RecordOf<'licence'>);
  }

  /** Resemblances that were found of a work, by the digests of the two. */
  async resemblancesOf(work: string): Promise<RecordOf<'resemblance'>[]> {
    const rows = await this.#db
      .selectFrom('node')
      .select('data')
      .where('type', '=', 'resemblance')
      .where('to_block', 'is', null)
      .where((eb) =>
        eb.exists(
          eb
            .selectFrom('edge')
            .select('k')
            .whereRef('edge.from_id', '=', 'node.id')
            .where('edge.to_id', '=', work)
            .where('edge.to_block', 'is', null),
        ),
      )
      .orderBy('name')
      .limit(VALUES)
      .execute();
    return rows.map(({ data }) => data as unknown as RecordOf<'resemblance'>);
  }

  /** Licences of a member's people that are in force by their state, though their time is over. @param now ms */
  async licencesOver(member: string, now: number): Promise<string[]> {
    const rows = await this.#db
      .selectFrom('node')
      .select('name')
      .where('type', '=', 'licence')
      .where('state', '=', 'active')
      .where('to_block', 'is', null)
      .where(sql<boolean>`data->'owner'->>'member' = ${member}`)
      .where(sql<boolean>`(data->>'until')::bigint <= ${now}`)
      .orderBy('name')
      .limit(VALUES)
      .execute();
    return rows.map(({ name }) => name);
  }
}
