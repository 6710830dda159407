import type { DataKeys, WrappedKey } from '../../ports/data-keys';
import { asking } from './failure';
import type { Database } from './open';

/** Wrapped keys that one look reads. */
const MOST = 500;

/** Data keys in the member's Postgres. */
export class PostgresDataKeys implements DataKeys {
  readonly #database: Database;

  constructor(_options: object, dependencies: { database: Database }) {
    this.#database = dependencies.database;
  }

  find(digest: string): Promise<WrappedKey | undefined> {
    return asking(this.#database.selectFrom('data_key').selectAll().where('digest', '=', digest).executeTakeFirst());
  }

  put(key: WrappedKey): Promise<string | undefined> {
    return asking(
      this.#database.transaction().execute(async (within) => {
        const made = await within
          .insertInto('data_key')
          .values(key)
          .onConflict((conflict) => conflict.column('digest').doNothing())
          .executeTakeFirst();
        if (made.numInsertedOrUpdatedRows === 1n) return undefined;
        const before = await within
          .selectFrom('data_key')
          .select('object')
          .where('digest', '=', key.digest)
          .forUpdate()
          .executeTakeFirst();
        if (before) await within.updateTable('data_key').set(key).where('digest', '=', key.digest).execute();
        else await within.insertInto('data_key').values(key).execute();
        return before?.object;
      }),
    );
  }

  async remove(digest: string): Promise<string | undefined> {
    const removed = await asking(
      this.#database.deleteFrom('data_key').where('digest', '=', digest).returning('object').executeTakeFirst(),
    );
    return removed?.object;
  }

  wrappedOtherwise(kek: string, after: string): Promise<WrappedKey[]> {
    return asking(
      this.#database
        .selectFrom('data_key')
        .selectAll()
        .where('kek', '!=', kek)
        .where('digest', '>', after)
        .orderBy('digest')
        .limit(MOST)
        .execute(),
    );
  }

  async rewrap(before: WrappedKey, { kek, wrapped }: Pick<WrappedKey, 'kek' | 'wrapped'>): Promise<void> {
    await asking(
      this.#database
        .updateTable('data_key')
        .set({ kek, wrapped })
        .where('digest', '=', before.digest)
        .where('wrapped', '=', before.wrapped)
        .execute(),
    );
  }
}
