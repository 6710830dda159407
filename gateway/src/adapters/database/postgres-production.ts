import {
  BatchEntry,
  canonicalJson,
  decode,
  decodeJson,
  LlmchainError,
  receiptId,
  SignedReceipt,
  type Batch,
} from '@llmchain/protocol';
import { sql } from 'kysely';
import { z } from 'zod';
import type { OwnBatch, Produced, Production, StoredReceipt } from '../../ports/production';
import { Refusal } from '../../ports/receipts';
import { asking } from './failure';
import type { Database } from './open';

/** Number of the advisory lock under which one gateway of the member anchors. */
const ANCHORING = 4_227_001;

/** Receipts that are read at once. */
const PAGE = 1_000;

const Refusals = z.array(Refusal);

/** The producer's receipts and batches in the member's Postgres. */
export class PostgresProduction implements Production {
  readonly #database: Database;

  constructor(_options: object, dependencies: { database: Database }) {
    this.#database = dependencies.database;
  }

  exclusively(work: () => Promise<void>): Promise<boolean> {
    return this.#database.connection().execute(async (connection) => {
      const lock = await asking(
        sql<{ held: boolean }>`select pg_try_advisory_lock(${ANCHORING}) as held`.execute(connection),
      );
      if (lock.rows[0]?.held !== true) return false;
      try {
        await work();
        return true;
      } finally {
        await asking(sql`select pg_advisory_unlock(${ANCHORING})`.execute(connection));
      }
    });
  }

  async add(receipts: readonly SignedReceipt[]): Promise<void> {
    if (receipts.length === 0) return;
    const rows = receipts.map((receipt) => {
      const { model, version, session } = receipt.body.ticket.body;
      const id = receiptId(receipt.body);
      return { id, model, version, session, body: canonicalJson(receipt), state: 'pending' as const, alone: false };
    });
    await asking(
      this.#database
        .insertInto('produced')
        .values(rows)
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute(),
    );
  }

  async *pending(): AsyncGenerator<StoredReceipt[]> {
    const oldest = await asking(
      this.#database
        .selectFrom('produced')
        .select(['model', 'version', 'alone', 'session'])
        .where('state', '=', 'pending')
        .orderBy('arrival')
        .limit(1)
        .executeTakeFirst(),
    );
    if (!oldest) return;
    const { model, version, alone, session } = oldest;
    for (let after = 0; ;) {
      const rows = await asking(
        this.#database
          .selectFrom('produced')
          .select(['id', 'body', 'arrival'])
          .where('state', '=', 'pending')
          .where('model', '=', model)
          .where('version', '=', version)
          .where('alone', '=', alone)
          .$if(alone, (query) => query.where('session', '=', session))
          .where('arrival', '>', after)
          .orderBy('arrival')
          .limit(PAGE)
          .execute(),
      );
      if (rows.length > 0) yield rows.map(({ id, body }) => ({ id, body }));
      if (rows.length < PAGE) return;
      after = rows.at(-1)!.arrival;
    }
  }

  async begin(entry: BatchEntry, receipts: readonly string[]): Promise<void> {
    const { sequence } = entry;
    await asking(
      this.#database.transaction().execute(async (transaction) => {
        const row = {
          sequence,
          state: 'anchoring' as const,
          receipts: entry.receipts,
          entry: JSON.stringify(entry),
          refusals: '[]',
        };
        await transaction.insertInto('batch').values(row).execute();
        const { numAffectedRows } = await sql`
          update produced set state = 'anchoring', sequence = ${sequence}, position = listed.place - 1
          from unnest(${[...receipts]}::text[]) with ordinality as listed(id, place)
          where produced.id = listed.id and produced.state = 'pending'`.execute(transaction);
        // When a gateway's connection breaks, its lock goes to another one, and so may the receipts that it drafted with.
        if (numAffectedRows !== BigInt(receipts.length))
          throw new LlmchainError(
            'conflict',
            `Receipts of batch ${sequence} stand in a batch of another gateway of this member. Draft again.`,
            { sequence },
          );
      }),
    );
  }

  async batches(state: OwnBatch['state']): Promise<OwnBatch[]> {
    const rows = await asking(
      this.#database
        .selectFrom('batch')
        .select(['state', 'entry', 'refusals'])
        .where('state', '=', state)
        .orderBy('sequence')
        .execute(),
    );
    return rows.map(batchOf);
  }

  async batch(sequence: number): Promise<OwnBatch | undefined> {
    const row = await asking(
      this.#database
        .selectFrom('batch')
        .select(['state', 'entry', 'refusals'])
        .where('sequence', '=', sequence)
        .executeTakeFirst(),
    );
    return row && batchOf(row);
  }

  async lastSequence(): Promise<number> {
    const row = await asking(
      this.#database
        .selectFrom('batch')
        .select(({ fn }) => fn.max('sequence').as('last'))
        .executeTakeFirst(),
    );
    return (row?.last as number | null | undefined) ?? 0;
  }

  async anchored(sequence: number): Promise<void> {
    await asking(
      this.#database.transaction().execute(async (transaction) => {
        await transaction.updateTable('produced').set({ state: 'anchored' }).where('sequence', '=', sequence).execute();
        await transaction
          .updateTable('batch')
          .set({ state: 'anchored' })
          .where('sequence', '=', sequence)
          .where('state', '=', 'anchoring')
          .execute();
      }),
    );
  }

  release(sequence: number, options: { bySession: boolean }): Promise<void> {
    return this.#takeApart(sequence, { state: 'pending', ...(options.bySession ? { alone: true } : {}) });
  }

  refuse(sequence: number, reason: string): Promise<void> {
    return this.#takeApart(sequence, { state: 'refused', reason });
  }

  async setAside(receipts: readonly string[], reason: string): Promise<void> {
    await asking(
      sql`update produced set state = 'refused', reason = ${reason}
        where state = 'pending' and id = any(${[...receipts]}::text[])`.execute(this.#database),
    );
  }

  async note(sequence: number, state: Batch['state'], refusals: readonly Refusal[]): Promise<void> {
    await asking(
      this.#database
        .updateTable('batch')
        .set({ state, refusals: JSON.stringify(refusals) })
        .where('sequence', '=', sequence)
        .execute(),
    );
  }

  async find(id: string): Promise<Produced | undefined> {
    const row = await asking(
      this.#database
        .selectFrom('produced')
        .select(['body', 'state', 'sequence', 'position', 'reason'])
        .where('id', '=', id)
        .executeTakeFirst(),
    );
    if (!row) return undefined;
    const { body, state, sequence, position, reason } = row;
    return {
      receipt: receiptOf(body),
      state,
      ...(sequence === null ? {} : { sequence }),
      ...(position === null ? {} : { position }),
      ...(reason === null ? {} : { reason }),
    };
  }

  async *receiptsOf(sequence: number): AsyncGenerator<StoredReceipt[]> {
    for (let from = 0; ; from += PAGE) {
      const rows = await asking(
        this.#database
          .selectFrom('produced')
          .select(['id', 'body'])
          .where('sequence', '=', sequence)
          .where('position', '>=', from)
          .where('position', '<', from + PAGE)
          .orderBy('position')
          .execute(),
      );
      if (rows.length > 0) yield rows;
      if (rows.length < PAGE) return;
    }
  }

  async isReceiptList(sha256: string): Promise<boolean> {
    const row = await asking(
      this.#database
        .selectFrom('batch')
        .select('sequence')
        .where('receipts', '=', `sha256/${sha256}`)
        .executeTakeFirst(),
    );
    return row !== undefined;
  }

  async #takeApart(
    sequence: number,
    change: { state: 'pending' | 'refused'; alone?: true; reason?: string },
  ): Promise<void> {
    await asking(
      this.#database.transaction().execute(async (transaction) => {
        // One that another gateway has seen on the ledger meanwhile stays whole.
        const { numDeletedRows } = await transaction
          .deleteFrom('batch')
          .where('sequence', '=', sequence)
          .where('state', '=', 'anchoring')
          .executeTakeFirst();
        if (numDeletedRows === 0n) return;
        await transaction
          .updateTable('produced')
          .set({ ...change, sequence: null, position: null })
          .where('sequence', '=', sequence)
          .execute();
      }),
    );
  }
}

function receiptOf(body: string): SignedReceipt {
  return decodeJson(SignedReceipt, body, 'stored receipt');
}

function batchOf(row: { state: OwnBatch['state']; entry: object; refusals: object }): OwnBatch {
  return {
    state: row.state,
    entry: decode(BatchEntry, row.entry, 'stored batch'),
    refusals: decode(Refusals, row.refusals, 'stored refusals'),
  };
}
