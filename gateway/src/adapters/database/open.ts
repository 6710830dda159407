import { LlmchainError } from '@llmchain/protocol';
import { Kysely, Migrator, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Log } from '../../ports/log';
import { asking } from './failure';
import { MIGRATIONS } from './migrations';
import type { GatewayTables } from './schema';

export interface DatabaseOptions {
  /** `postgresql://…` */
  url: string;
  /** PEM of the server's TLS root; without one the connection is not encrypted. */
  tlsRoot?: Buffer;
  /** Where unqualified names are looked up and made. */
  schema?: string;
  /** Most connections at once. */
  connections?: number;
}

/** Connections to the member's database. `numbers` reads int8 as numbers: every one of ours is at most 2^53 − 1. */
export function openPool(options: DatabaseOptions & { numbers: boolean }, log: Log): pg.Pool {
  const types = new pg.TypeOverrides();
  if (options.numbers) types.setTypeParser(pg.types.builtins.INT8, Number);
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.connections ?? 12,
    connectionTimeoutMillis: 5_000,
    types,
    ...(options.schema === undefined ? {} : { options: `-c search_path=${options.schema}` }),
    ...(options.tlsRoot ? { ssl: { ca: options.tlsRoot, rejectUnauthorized: true } } : {}),
  });
  // A connection that breaks while nobody uses it is replaced at the next use.
  pool.on('error', (error) => log.warn({ error: error.message }, 'a database connection broke'));
  // One that breaks while it is lent to somebody, between two queries, says so here alone: unheard, it would end the process.
  pool.on('connect', (client) =>
    client.on('error', (error) => log.warn({ error: error.message }, 'a database connection broke in use')),
  );
  return pool;
}

export type Database = Kysely<GatewayTables>;

/** The gateway's tables in the schema that the pool looks in, brought up to date. @throws {LlmchainError} `unavailable` */
export async function openDatabase(pool: pg.Pool, schema: string): Promise<Database> {
  const database = new Kysely<GatewayTables>({ dialect: new PostgresDialect({ pool }) });
  await asking(pool.query(`create schema if not exists ${pg.escapeIdentifier(schema)}`));
  const migrator = new Migrator({
    db: database,
    provider: { getMigrations: () => Promise.resolve({ ...MIGRATIONS }) },
    migrationTableSchema: schema,
  });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return database;
  throw new LlmchainError('unavailable', 'The database could not be brought up to date.', {}, { cause: error });
}
