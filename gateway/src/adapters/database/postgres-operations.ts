import { LlmchainError } from '@llmchain/protocol';
import type { Begun, Operations } from '../../ports/operations';
import { asking } from './failure';
import type { Database } from './open';

/** Plans in the member's Postgres: the first one that is written stands. */
export class PostgresOperations implements Operations {
  readonly #database: Database;

  constructor(_options: object, dependencies: { database: Database }) {
    this.#database = dependencies.database;
  }

  async begin<T extends object>({ id, request }: { id: string; request: string }, plan: T): Promise<Begun<T>> {
    const database = this.#database;
    const { numInsertedOrUpdatedRows } = await asking(
      database
        .insertInto('operation')
        .values({ id, request, plan: JSON.stringify(plan) })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .executeTakeFirst(),
    );
    if (numInsertedOrUpdatedRows === 1n) return { plan, fresh: true };
    const kept = await asking(
      database.selectFrom('operation').select(['request', 'plan']).where('id', '=', id).executeTakeFirst(),
    );
    if (kept?.request === request) return { plan: kept.plan as T, fresh: false };
    throw new LlmchainError(
      'conflict',
      kept
        ? 'The operation id was used for another request. Choose a new one.'
        : 'The same operation was just given up. Try again.',
    );
  }

  async note(id: string, plan: object): Promise<void> {
    await asking(
      this.#database
        .updateTable('operation')
        .set({ plan: JSON.stringify(plan) })
        .where('id', '=', id)
        .execute(),
    );
  }

  async forget(id: string): Promise<void> {
    await asking(this.#database.deleteFrom('operation').where('id', '=', id).execute());
  }
}
