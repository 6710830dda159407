import { Kysely, PostgresDialect, type PostgresPool } from 'kysely';
import type pg from 'pg';
import { migrate } from './migrations';
import type { Database, Tables } from './tables';

/** The index's tables in a schema of their own. The pool stays the caller's: it is never ended here. */
export function openDatabase(pool: pg.Pool, schema: string): { db: Database; migrate: () => Promise<void> } {
  const root = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: guarded(pool) }) });
  return { db: root.withSchema(schema), migrate: () => migrate(root, schema) };
}

/** Connections that are listened to, of whichever pool: several indexes may share one. */
const heard = new WeakSet<pg.PoolClient>();

/**
 * A pool listens to its idle connections alone: one that breaks while it is lent out would end the process. Its query
 * fails all the same, which is where the loss is told of.
 */
function guarded(pool: pg.Pool): PostgresPool {
  return {
    async connect() {
      const client = await pool.connect();
      if (!heard.has(client)) {
        heard.add(client);
        client.on('error', () => undefined);
      }
      return client;
    },
    end: () => Promise.resolve(),
  };
}
