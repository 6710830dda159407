import { sql } from 'kysely';
import type { Actor, Role } from '../../ports/actor';
import type { ApiKeys, ListedKey } from '../../ports/api-keys';
import { asking } from './failure';
import type { Database } from './open';

const LISTED = ['id', 'role', 'name', 'session', 'created'] as const;

function listed(row: { id: string; role: Role; name: string; session: string | null; created: Date }): ListedKey {
  const { id: key, role, name, session, created } = row;
  return { key, role, name, ...(session === null ? {} : { session }), created: created.getTime() };
}

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
        .select(['id', 'role', 'name', 'session', 'used'])
        .where('hash', '=', hash)
        .executeTakeFirst(),
    );
    if (!row) return undefined;
    const { id: key, role, name, session } = row;
    if (!row.used) await this.#use(hash);
    return { key, role, name, ...(session === null ? {} : { session }) };
  }

  async get(key: string): Promise<ListedKey | undefined> {
    const row = await asking(
      this.#database.selectFrom('api_key').select(LISTED).where('id', '=', key).executeTakeFirst(),
    );
    return row && listed(row);
  }

  async list(limit: number, after = ''): Promise<ListedKey[]> {
    const rows = await asking(
      this.#database.selectFrom('api_key').select(LISTED).where('id', '>', after).orderBy('id').limit(limit).execute(),
    );
    return rows.map(listed);
  }

  async assign(key: string, session: string): Promise<void> {
    await asking(this.#database.updateTable('api_key').set({ session }).where('id', '=', key).execute());
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

  async issue(actor: Actor, hash: string): Promise<boolean> {
    const { key: id, role, name, session } = actor;
    const { numInsertedOrUpdatedRows } = await asking(
      this.#database
        .insertInto('api_key')
        .values({ id, hash, role, name, session: session ?? null })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ hash }).where('api_key.used', '=', false))
        .executeTakeFirst(),
    );
    return numInsertedOrUpdatedRows === 1n;
  }

  async remove(key: string): Promise<void> {
    await asking(this.#database.deleteFrom('api_key').where('id', '=', key).execute());
  }

  async check(): Promise<void> {
    await asking(sql`select 1`.execute(this.#database));
  }

  async #use(hash: string): Promise<void> {
    await asking(this.#database.updateTable('api_key').set({ used: true }).where('hash', '=', hash).execute());
  }
}
