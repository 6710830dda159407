import type { Fingerprint, Nearness } from '@llmchain/protocol';
import { sql } from 'kysely';
import type { Projections } from '../store/projections';
import type { Database } from '../store/tables';
import { SimilarIndex, type SimilarWork } from './similar-index';

/** Rows that are fetched at once. */
const ROWS = 20_000;

/** Where a work stands among all that have a fingerprint: by the block of its registration, and by its digest within one. */
export interface FingerprintPlace {
  block: number;
  work: string;
}

/** A work with its fingerprint. */
export interface Fingerprinted extends FingerprintPlace {
  fingerprint: Fingerprint;
}

/** Works like others. Postgres stores the fingerprints, memory searches them. */
export class Similar {
  readonly #db: Database;
  readonly #projections: Projections;
  #index = new SimilarIndex();
  /** The last row in memory. */
  #last = { block: -1, work: '' };
  #rebuilds = 0;
  #work: Promise<void> = Promise.resolve();

  constructor(dependencies: { db: Database; projections: Projections }) {
    this.#db = dependencies.db;
    this.#projections = dependencies.projections;
  }

  /** Works like this, of every block indexed before the call; nearest first. */
  async near(fingerprint: Fingerprint, nearness: Nearness): Promise<SimilarWork[]> {
    await this.catchUp();
    return this.#index.near(fingerprint, nearness);
  }

  /** The works that come after a place, in order. */
  async after(place: FingerprintPlace, limit: number): Promise<Fingerprinted[]> {
    const rows = await this.#rows(place, limit);
    return rows.map((row) => ({ block: row.block, work: row.work, fingerprint: fingerprintOf(row) }));
  }

  /** Where works stand; those without a fingerprint are left out. */
  async places(works: readonly string[]): Promise<FingerprintPlace[]> {
    return this.#db
      .selectFrom('fingerprint')
      .select(['block', 'work'])
      .where(sql<boolean>`work = ANY(${works}::text[])`)
      .orderBy('block')
      .orderBy('work')
      .execute();
  }

  /** Takes what was indexed since; one at a time. */
  catchUp(): Promise<void> {
    const next = this.#work.catch(() => undefined).then(() => this.#load());
    this.#work = next;
    return next;
  }

  async #load(): Promise<void> {
    const { rebuilds } = this.#projections;
    if (rebuilds !== this.#rebuilds) {
      this.#rebuilds = rebuilds;
      this.#index = new SimilarIndex();
      this.#last = { block: -1, work: '' };
    }
    for (let full = true; full;) {
      const rows = await this.#rows(this.#last, ROWS);
      for (const row of rows) this.#index.add(row.work, fingerprintOf(row));
      this.#last = rows.at(-1) ?? this.#last;
      full = rows.length === ROWS;
    }
  }

  #rows({ block, work }: FingerprintPlace, limit: number) {
    return this.#db
      .selectFrom('fingerprint')
      .select(['block', 'work', 'method', 'value'])
      .where(sql<boolean>`(block, work) > (${block}::integer, ${work}::text)`)
      .orderBy('block')
      .orderBy('work')
      .limit(limit)
      .execute();
  }
}

function fingerprintOf({ method, value }: { method: string; value: string }): Fingerprint {
  if (method !== 'phash-64') return { method: 'minhash-128', signature: value };
  const [bits = '', ...windows] = value.split(',');
  return { method, bits, ...(windows.length > 0 ? { windows } : {}) };
}
