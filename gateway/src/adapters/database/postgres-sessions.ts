import { canonicalJson, decodeJson, receiptId, SignedReceipt } from '@llmchain/protocol';
import { sql } from 'kysely';
import type { HeldReceipt, Reservation, Sessions } from '../../ports/sessions';
import { asking } from './failure';
import type { Database } from './open';

/** Prepaid sessions in the member's Postgres: one row decides, so that several gateways cannot overspend together. */
export class PostgresSessions implements Sessions {
  readonly #database: Database;

  constructor(_options: object, dependencies: { database: Database }) {
    this.#database = dependencies.database;
  }

  async open(session: string, escrow: number): Promise<void> {
    await asking(
      this.#database
        .insertInto('session')
        .values({ id: session, escrow, spent: 0, reserved: 0 })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute(),
    );
  }

  reserve(reservation: Reservation): Promise<boolean> {
    const { receipt, session, amount, producer, expires } = reservation;
    return asking(
      this.#database.transaction().execute(async (transaction) => {
        const { numUpdatedRows } = await transaction
          .updateTable('session')
          .set((row) => ({ reserved: row('reserved', '+', amount) }))
          .where('id', '=', session)
          .where(sql<boolean>`escrow - spent - reserved >= ${amount}`)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) return false;
        await transaction
          .insertInto('reservation')
          .values({ receipt, session, amount, producer, expires, lost: false })
          .execute();
        return true;
      }),
    );
  }

  async release(receipt: string): Promise<void> {
    await asking(this.#database.transaction().execute((transaction) => this.#end(transaction, receipt, 0)));
  }

  async lose(receipt: string): Promise<void> {
    await asking(
      this.#database.updateTable('reservation').set({ lost: true }).where('receipt', '=', receipt).execute(),
    );
  }

  async settle(receipt: SignedReceipt): Promise<void> {
    const id = receiptId(receipt.body);
    const { session } = receipt.body.ticket.body;
    await asking(
      this.#database.transaction().execute(async (transaction) => {
        await this.#end(transaction, id, receipt.body.amount);
        await transaction
          .insertInto('receipt')
          .values({ id, session, body: canonicalJson(receipt), sequence: null, proof: null })
          .onConflict((conflict) => conflict.column('id').doNothing())
          .execute();
      }),
    );
  }

  async dangling(before: number): Promise<Reservation[]> {
    const rows = await asking(
      this.#database
        .selectFrom('reservation')
        .select(['receipt', 'session', 'amount', 'producer', 'expires'])
        .where((row) => row.or([row('lost', '=', true), row('expires', '<', before)]))
        .orderBy('expires')
        .limit(500)
        .execute(),
    );
    return rows;
  }

  async receipt(id: string): Promise<HeldReceipt | undefined> {
    const row = await asking(
      this.#database
        .selectFrom('receipt')
        .select(['body', 'sequence', 'proof'])
        .where('id', '=', id)
        .executeTakeFirst(),
    );
    if (!row) return undefined;
    const receipt = decodeJson(SignedReceipt, row.body, 'stored receipt');
    return { receipt, ...(row.sequence === null ? {} : { sequence: row.sequence, proof: row.proof }) };
  }

  async place(id: string, sequence: number, proof: unknown): Promise<void> {
    await asking(
      this.#database
        .updateTable('receipt')
        .set({ sequence, proof: JSON.stringify(proof) })
        .where('id', '=', id)
        .execute(),
    );
  }

  /** Ends a reservation, if it is still there, and books what the answer cost. */
  async #end(transaction: Database, receipt: string, cost: number): Promise<void> {
    const ended = await transaction
      .deleteFrom('reservation')
      .where('receipt', '=', receipt)
      .returning(['session', 'amount'])
      .executeTakeFirst();
    if (!ended) return;
    await transaction
      .updateTable('session')
      .set((row) => ({ reserved: row('reserved', '-', ended.amount), spent: row('spent', '+', cost) }))
      .where('id', '=', ended.session)
      .execute();
  }
}
