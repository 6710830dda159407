import { sql } from 'kysely';
import type { Actor } from '../../ports/actor';
import type { ApiKeys } from '../../ports/api-keys';
import { asking } from './failure';
import type { Database } from './open';

/** API keys in the member's Postgres, by their digests. */
export class PostgresApiKeys implements ApiKeys {
  readonly #database: Database;

  constructor(_options: object, dependencies: { database: Database }) {
    this.#database = dependencies.database;
  }

  async find(hash: string): Promise<Actor | undefined> {
    const row = await asking(
      this.#database
        .selectFrom('api_key')
        .select(['id', 'role', 'name', 'session'])
        .where('hash', '=', hash)
        .executeTakeFirst(),
    );
    if (!row) return undefined;
    const { id: key, role, name, session } = row;
    return { key, role, name, ...(session === null ? {} : { session }) };
  }

  async add(actor: Actor, hash: string): Promise<void> {
    const { key: id, role, name, session } = actor;
    await asking(
      this.#database
        .insertInto('api_key')
        .values({ id, hash, role, name, session: session ?? null })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ hash }))
        .execute(),
    );
  }

  async remove(key: string): Promise<void> {
    await asking(this.#database.deleteFrom('api_key').where('id', '=', key).execute());
  }

  async check(): Promise<void> {
    await asking(sql`select 1`.execute(this.#database));
  }
}
