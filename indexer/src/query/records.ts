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

/** Records that are asked for by whose they are, and the type of the thing in the lineage that each makes. */
const OWNED = { 'dataset-version': 'dataset', job: 'job', model: 'model' } as const;
type Owned = keyof typeof OWNED;

/** A work, and the erasure of another that it says it was made from. */
export interface ErasedSource {
  work: RecordOf<'work'>;
  erasure: RecordOf<'erasure'>;
}

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

  /** The pages, of whatever dataset version, that hold an item of a work, as they stand. */
  async pagesWith(work: string): Promise<DatasetPage[]> {
    const rows = await this.#db
      .selectFrom('edge')
      .innerJoin('write', (join) =>
        join
          .onRef('write.block', '=', 'edge.from_block')
          .onRef('write.tx', '=', 'edge.tx')
          .onRef('write.n', '=', 'edge.n'),
      )
      .select(sql<string>`write.record::text`.as('text'))
      .where('edge.to_id', '=', work)
      .where('edge.kind', '=', 'contains')
      .where('edge.to_block', 'is', null)
      .orderBy('write.parts')
      .execute();
    return rows.map(({ text }) => decodeJson(RECORDS['dataset-page'], text, 'dataset page'));
  }

  /** Works whose erasure was asked for. */
  async erased(): Promise<string[]> {
    const rows = await this.#standing('erasure').orderBy('name').execute();
    return rows.map(({ name }) => name);
  }

  /** Works that say they were made from this one, or are versions of it, as they stand. By id. */
  async madeFrom(work: string): Promise<RecordOf<'work'>[]> {
    return recordsOf<'work'>(await this.#about(work, 'derived from', 'version of').limit(VALUES).execute());
  }

  /** Works of a member that say they were made from others whose erasure was asked for. By id. */
  async madeFromErased(member: string): Promise<ErasedSource[]> {
    const rows = await this.#db
      .selectFrom('node as erasure')
      .innerJoin('edge', 'edge.to_id', 'erasure.name')
      .innerJoin('node', 'node.id', 'edge.from_id')
      .select(['node.data as work', 'erasure.data as erasure'])
      .where('erasure.type', '=', 'erasure')
      .where('erasure.to_block', 'is', null)
      .where('edge.kind', 'in', ['derived from', 'version of'])
      .where('edge.to_block', 'is', null)
      .where('node.to_block', 'is', null)
      .where(sql<boolean>`node.data->'owner'->>'member' = ${member}`)
      .orderBy('node.id')
      .orderBy('erasure.name')
      .limit(VALUES)
      .execute();
    return rows as unknown as ErasedSource[];
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

  /** Records of this kind that are a member's, as they stand, by state key. @param member MSP id */
  async ownedBy<T extends Owned>(type: T, member: string): Promise<RecordOf<T>[]> {
    const rows = await this.#standing(OWNED[type])
      .where(sql<boolean>`data->'owner'->>'member' = ${member}`)
      .orderBy('origin')
      .execute();
    return recordsOf<T>(rows);
  }

  /** Sales of a work, by id. */
  async salesOf(work: string): Promise<RecordOf<'sale'>[]> {
    const rows = await this.#about(work, 'sells').limit(VALUES).execute();
    return recordsOf<'sale'>(rows);
  }

  /** Licences that somebody accepted, whatever became of them, that name a work. By id. */
  async licencesOf(work: string): Promise<RecordOf<'licence'>[]> {
    const rows = await this.#about(work, 'licenses')
      .where(sql<boolean>`node.data->>'acceptedBy' IS NOT NULL`)
      .limit(2 * VALUES)
      .execute();
    return recordsOf<'licence'>(rows);
  }

  /** Grants, whatever became of them, that are about a work. By id. */
  async grantsOn(work: string): Promise<RecordOf<'grant'>[]> {
    const rows = await this.#about(work, 'opens').limit(VALUES).execute();
    return recordsOf<'grant'>(rows);
  }

  /** Grants in force by their state that a member has: on a work, or with null on dataset versions. By id. */
  async grantsTo(grantee: string, work: string | null): Promise<RecordOf<'grant'>[]> {
    const rows = await this.#standing('grant')
      .where('state', '=', 'granted')
      .where(sql<boolean>`data->>'grantee' = ${grantee}`)
      .where(sql<boolean>`data->'subject'->>'work' IS NOT DISTINCT FROM ${work}::text`)
      .orderBy('name')
      .limit(VALUES)
      .execute();
    return recordsOf<'grant'>(rows);
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
    const rows = await this.#standing('licence')
      .where('state', '=', 'active')
      .where(sql<boolean>`data->'owner'->>'member' = ${member}`)
      .where(sql<boolean>`(data->>'until')::bigint <= ${now}`)
      .orderBy('name')
      .limit(VALUES)
      .execute();
    return rows.map(({ name }) => name);
  }

  /** Grants asked for or given on what is a member's, whose time is over though their state does not say so. @param now ms */
  async grantsOver(member: string, now: number): Promise<string[]> {
    const rows = await this.#db
      .selectFrom('node')
      .innerJoin('edge', 'edge.from_id', 'node.id')
      .innerJoin('node as subject', 'subject.id', 'edge.to_id')
      .select('node.name')
      .where('node.type', '=', 'grant')
      .where('node.state', 'in', ['requested', 'granted'])
      .where('node.to_block', 'is', null)
      .where('edge.kind', '=', 'opens')
      .where('edge.to_block', 'is', null)
      .where('subject.to_block', 'is', null)
      .where(sql<boolean>`(node.data->>'until')::bigint <= ${now}`)
      .where(sql<boolean>`subject.data->'owner'->>'member' = ${member}`)
      .orderBy('node.name')
      .limit(VALUES)
      .execute();
    return rows.map(({ name }) => name);
  }

  /** What there is of a type now. */
  #standing(type: string) {
    return this.#db.selectFrom('node').select(['name', 'data']).where('type', '=', type).where('to_block', 'is', null);
  }

  /** The records that stand in one of these relations to a thing now, by id. */
  #about(id: string, ...kinds: string[]) {
    return this.#db
      .selectFrom('edge')
      .innerJoin('node', (join) =>
        join
          .onRef('node.from_block', '=', 'edge.from_block')
          .onRef('node.tx', '=', 'edge.tx')
          .onRef('node.n', '=', 'edge.n'),
      )
      .select('node.data')
      .where('edge.to_id', '=', id)
      .where('edge.kind', 'in', kinds)
      .where('edge.to_block', 'is', null)
      .orderBy('node.id');
  }
}

function recordsOf<T extends RecordType>(rows: readonly { data: unknown }[]): RecordOf<T>[] {
  return rows.map(({ data }) => data as RecordOf<T>);
}
