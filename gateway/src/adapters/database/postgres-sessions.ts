import {
  answerId,
  canonicalJson,
  decodeJson,
  receiptId,
  segmentStart,
  SignedReceipt,
  type BatchRef,
  type ModelRef,
} from '@llmchain/protocol';
import { sql } from 'kysely';
import type {
  Charge,
  ChargedAnswers,
  HeldReceipt,
  Refund,
  Release,
  Reservation,
  Sessions,
  SessionState,
} from '../../ports/sessions';
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
        .values({ id: session, escrow, spent: 0, reserved: 0, closed: false })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute(),
    );
  }

  async topUp(session: string, escrow: number): Promise<void> {
    await asking(
      this.#database
        .updateTable('session')
        .set({ escrow: sql<number>`greatest(escrow, ${escrow})` })
        .where('id', '=', session)
        .execute(),
    );
  }

  close(session: string): Promise<SessionState | undefined> {
    return asking(
      this.#database
        .updateTable('session')
        .set({ closed: true })
        .where('id', '=', session)
        .returning(['escrow', 'spent', 'reserved', 'closed'])
        .executeTakeFirst(),
    );
  }

  find(session: string): Promise<SessionState | undefined> {
    return asking(
      this.#database
        .selectFrom('session')
        .select(['escrow', 'spent', 'reserved', 'closed'])
        .where('id', '=', session)
        .executeTakeFirst(),
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
          .where('closed', '=', false)
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

  carry(from: string, next: Reservation): Promise<boolean> {
    const { receipt, session, amount, producer, expires } = next;
    const carried = this.#database.transaction().execute(async (transaction) => {
      const { numUpdatedRows } = await transaction
        .updateTable('reservation')
        .set((row) => ({ amount: sql<number>`${row.ref('amount')} - ${amount}`, lost: true }))
        .where('receipt', '=', from)
        .where('session', '=', session)
        .where('amount', '>=', amount)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) return false;
      const row = { receipt, session, amount, producer, expires, lost: false };
      await transaction.insertInto('reservation').values(row).execute();
      return true;
    });
    return asking(carried).then((done) => done || this.reserve(next));
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
    const { producer } = receipt.body;
    const { session, model, version } = receipt.body.ticket.body;
    await asking(
      this.#database.transaction().execute(async (transaction) => {
        const charged = await this.#end(transaction, id, receipt.body.amount);
        const body = canonicalJson(receipt);
        await transaction
          .insertInto('receipt')
          .values({
            ...{ id, answer: answerId(receipt.body), session, producer, model, version },
            ...{ body, charged, sequence: null, proof: null },
          })
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

  async segments(answer: string): Promise<SignedReceipt[]> {
    const rows = await asking(
      this.#database.selectFrom('receipt').select('body').where('answer', '=', answer).execute(),
    );
    return rows
      .map(({ body }) => decodeJson(SignedReceipt, body, 'stored receipt'))
      .sort((a, b) => segmentStart(a.body) - segmentStart(b.body));
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

  async unrefunded({ producer, sequence }: BatchRef, sessions: readonly string[]): Promise<string[]> {
    if (sessions.length === 0) return [];
    const rows = await asking(
      this.#database
        .selectFrom('session')
        .select('id')
        .where('id', 'in', [...sessions])
        .where((row) =>
          row.not(
            row.exists(
              row
                .selectFrom('refund')
                .select('refund.session')
                .whereRef('refund.session', '=', 'session.id')
                .where('refund.producer', '=', producer)
                .where('refund.sequence', '=', sequence),
            ),
          ),
        )
        .execute(),
    );
    return rows.map(({ id }) => id);
  }

  async refund({ producer, sequence, session, amount }: Refund): Promise<void> {
    await asking(
      this.#database.transaction().execute(async (transaction) => {
        // The session's row is the lock: refunds of one session go one after another.
        await transaction.selectFrom('session').select('id').where('id', '=', session).forUpdate().execute();
        const { rows } = await sql<{ amount: number }>`
          insert into refund (producer, sequence, session, amount)
          select ${producer}, ${sequence}, ${session},
            greatest(0, least(${amount}, charged.amount - given.amount - released.amount))
          from
            (select coalesce(sum(charged), 0)::int8 as amount from receipt
              where session = ${session} and producer = ${producer}
                and (sequence is null or sequence = ${sequence} or sequence in
                  (select sequence from refund where session = ${session} and producer = ${producer}))) as charged,
            (select coalesce(sum(amount), 0)::int8 as amount from refund
              where session = ${session} and producer = ${producer}) as given,
            (select coalesce(sum(amount), 0)::int8 as amount from release
              where session = ${session} and producer = ${producer}) as released
          on conflict do nothing returning amount`.execute(transaction);
        const given = rows[0]?.amount ?? 0;
        await transaction
          .updateTable('session')
          .set((row) => ({ spent: row('spent', '-', given) }))
          .where('id', '=', session)
          .execute();
      }),
    );
  }

  async charges({ model, version }: ModelRef, session?: string): Promise<Charge[]> {
    return asking(
      this.#database
        .selectFrom('receipt')
        .select(['session', 'producer', sql<number>`sum(charged)::int8`.as('amount')])
        .where('model', '=', model)
        .where('version', '=', version)
        .where('charged', '>', 0)
        .where((row) => {
          const sessions = row.selectFrom('session').select('id');
          const wanted =
            session === undefined ? sessions.where('closed', '=', false) : sessions.where('id', '=', session);
          return row('session', 'in', wanted);
        })
        .groupBy(['session', 'producer'])
        .orderBy('session')
        .orderBy('producer')
        .execute(),
    );
  }

  async releaseCharges({ session, producer, model, version }: ChargedAnswers, drawn: number): Promise<number> {
    return asking(
      this.#database.transaction().execute(async (transaction) => {
        // As with refunds, the session's row is the lock, and nobody gets back more than the producer's answers cost.
        await transaction.selectFrom('session').select('id').where('id', '=', session).forUpdate().execute();
        const { rows } = await sql<{ more: number }>`
          with producer as (
            select
              (select coalesce(sum(charged), 0) from receipt where session = ${session} and producer = ${producer})
              - (select coalesce(sum(amount), 0) from refund where session = ${session} and producer = ${producer})
              - (select coalesce(sum(amount), 0) from release where session = ${session} and producer = ${producer})
              as held),
          answers as (
            select
              (select coalesce(sum(charged), 0) from receipt where session = ${session} and producer = ${producer}
                and model = ${model} and version = ${version})
              - (select coalesce(sum(amount), 0) from release where session = ${session} and producer = ${producer}
                and model = ${model} and version = ${version})
              as held)
          select greatest(0, least(producer.held, answers.held - ${drawn}))::int8 as more
          from producer, answers`.execute(transaction);
        const more = rows[0]?.more ?? 0;
        await transaction
          .insertInto('release')
          .values({ session, producer, model, version, amount: more, drawn })
          .onConflict((conflict) =>
            conflict
              .columns(['session', 'producer', 'model', 'version'])
              .doUpdateSet({ amount: sql<number>`release.amount + ${more}`, drawn }),
          )
          .execute();
        await transaction
          .updateTable('session')
          .set((row) => ({ spent: row('spent', '-', more) }))
          .where('id', '=', session)
          .execute();
        return more;
      }),
    );
  }

  released({ session, producer, model, version }: ChargedAnswers): Promise<Release | undefined> {
    return asking(
      this.#database
        .selectFrom('release')
        .select(['amount', 'drawn'])
        .where('session', '=', session)
        .where('producer', '=', producer)
        .where('model', '=', model)
        .where('version', '=', version)
        .executeTakeFirst(),
    );
  }

  async watchedFrom(producer: string): Promise<number> {
    const row = await asking(
      this.#database.selectFrom('watch').select('next').where('producer', '=', producer).executeTakeFirst(),
    );
    return row?.next ?? 1;
  }

  async watchFrom(producer: string, next: number): Promise<void> {
    await asking(
      this.#database
        .insertInto('watch')
        .values({ producer, next })
        .onConflict((conflict) =>
          conflict.column('producer').doUpdateSet({ next: sql<number>`greatest(watch.next, ${next})` }),
        )
        .execute(),
    );
  }

  /** Ends a reservation, if it is still there, and books what the answer cost, within it. @returns what was booked */
  async #end(transaction: Database, receipt: string, cost: number): Promise<number> {
    const ended = await transaction
      .deleteFrom('reservation')
      .where('receipt', '=', receipt)
      .returning(['session', 'amount'])
      .executeTakeFirst();
    if (!ended) return 0;
    const charged = Math.min(cost, ended.amount);
    await transaction
      .updateTable('session')
      .set((row) => ({ reserved: row('reserved', '-', ended.amount), spent: row('spent', '+', charged) }))
      .where('id', '=', ended.session)
      .execute();
    return charged;
  }
}
