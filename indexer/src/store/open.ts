import { Kysely, PostgresDialect } from 'kysely';
import type pg from 'pg';
import { migrate } from './migrations';
import type { Database, Tables } from './tables';

/** The index's tables in a schema of their own. The pool stays the caller's: it is never ended here. */
export function openDatabase(pool: pg.Pool, schema: string): { db: Database; migrate: () => Promise<void> } {
  const root = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return { db: root.withSchema(schema), migrate: () => migrate(root, schema) };
}
