import { Migrator, sql, type Kysely, type Migration } from 'kysely';
import type { Database } from './tables';

/** Every change of the tables' shape, in order; never edited once released. */
function migrations(schema: string): Record<string, Migration> {
  const at = sql.id(schema);
  return {
    '001-tables': {
      async up(db: Kysely<unknown>) {
        for (const statement of [
          sql`CREATE TABLE ${at}."checkpoint" (
                "single" boolean PRIMARY KEY DEFAULT true CHECK ("single"), "block" integer NOT NULL, "time" bigint NOT NULL)`,
          sql`CREATE TABLE ${at}."block" ("number" integer PRIMARY KEY, "time" bigint NOT NULL)`,
          sql`CREATE TABLE ${at}."transaction" (
                "block" integer, "index" integer, "id" text NOT NULL, "function" text NOT NULL, "creator" text NOT NULL,
                "endorsers" text[] NOT NULL, "time" bigint NOT NULL, "valid" boolean NOT NULL, "code" integer NOT NULL,
                PRIMARY KEY ("block", "index"))`,
          sql`CREATE INDEX "transaction_id" ON ${at}."transaction" ("id")`,
          sql`CREATE TABLE ${at}."write" (
                "block" integer, "tx" integer, "n" integer, "type" text NOT NULL, "parts" text[] NOT NULL, "record" json,
                "deleted" boolean NOT NULL, "unread" boolean NOT NULL, PRIMARY KEY ("block", "tx", "n"))`,
          sql`CREATE INDEX "write_unread" ON ${at}."write" ("block") WHERE "unread"`,
          sql`CREATE TABLE ${at}."node" (
                "from_block" integer, "tx" integer, "n" integer, "origin" text NOT NULL, "to_block" integer,
                "id" text NOT NULL, "type" text NOT NULL, "name" text NOT NULL, "version" integer, "state" text,
                "label" text NOT NULL, "data" json NOT NULL, PRIMARY KEY ("from_block", "tx", "n"))`,
          sql`CREATE INDEX "node_id" ON ${at}."node" ("id")`,
          sql`CREATE INDEX "node_name" ON ${at}."node" ("name")`,
          sql`CREATE INDEX "node_open" ON ${at}."node" ("origin") WHERE "to_block" IS NULL`,
          sql`CREATE TABLE ${at}."edge" (
                "from_block" integer, "tx" integer, "n" integer, "k" integer, "origin" text NOT NULL, "to_block" integer,
                "from_id" text NOT NULL, "to_id" text NOT NULL, "kind" text NOT NULL,
                PRIMARY KEY ("from_block", "tx", "n", "k"))`,
          sql`CREATE INDEX "edge_from" ON ${at}."edge" ("from_id")`,
          sql`CREATE INDEX "edge_to" ON ${at}."edge" ("to_id")`,
          sql`CREATE INDEX "edge_open" ON ${at}."edge" ("origin") WHERE "to_block" IS NULL`,
          sql`CREATE TABLE ${at}."receipt" (
                "id" text PRIMARY KEY, "batch" text, "model" text NOT NULL, "version" integer NOT NULL,
                "worker" text NOT NULL, "producer" text NOT NULL)`,
          sql`CREATE INDEX "receipt_batch" ON ${at}."receipt" ("batch")`,
          sql`CREATE INDEX "receipt_worker" ON ${at}."receipt" ("worker")`,
        ]) {
          await statement.execute(db);
        }
      },
    },
    '002-decisions': {
      // Aliases, proposals, escrows and reclaims came into the lineage: it is built anew from genesis.
      async up(db: Kysely<unknown>) {
        const tables = ['checkpoint', 'block', 'transaction', 'write', 'node', 'edge'].map((table) =>
          sql.id(schema, table),
        );
        await sql`TRUNCATE ${sql.join(tables)}`.execute(db);
      },
    },
    '003-rights': {
      // Sales, disputes and taints came into the lineage, and records are asked for by their keys.
      async up(db: Kysely<unknown>) {
        const tables = ['checkpoint', 'block', 'transaction', 'write', 'node', 'edge'].map((table) =>
          sql.id(schema, table),
        );
        await sql`TRUNCATE ${sql.join(tables)}`.execute(db);
        await sql`CREATE INDEX "write_key" ON ${at}."write" ("type", "parts")`.execute(db);
      },
    },
    '004-catalogue': {
      // What can be had is found without reading every batch.
      async up(db: Kysely<unknown>) {
        await sql`CREATE INDEX "node_offer" ON ${at}."node" ("type", "name")
                  WHERE "to_block" IS NULL AND "type" IN ('licence', 'sale', 'dataset', 'model')`.execute(db);
      },
    },
    '005-fingerprints': {
      // Works are found by what they look or read like.
      async up(db: Kysely<unknown>) {
        const tables = ['checkpoint', 'block', 'transaction', 'write', 'node', 'edge'].map((table) =>
          sql.id(schema, table),
        );
        await sql`TRUNCATE ${sql.join(tables)}`.execute(db);
        await sql`CREATE TABLE ${at}."fingerprint" (
                    "work" text PRIMARY KEY, "block" integer NOT NULL, "method" text NOT NULL, "value" text NOT NULL)`.execute(
          db,
        );
        await sql`CREATE INDEX "fingerprint_place" ON ${at}."fingerprint" ("block", "work")`.execute(db);
      },
    },
    '006-access': {
      // Grants, erasures and attestations came into the lineage.
      async up(db: Kysely<unknown>) {
        const tables = ['checkpoint', 'block', 'transaction', 'write', 'node', 'edge', 'fingerprint'].map((table) =>
          sql.id(schema, table),
        );
        await sql`TRUNCATE ${sql.join(tables)}`.execute(db);
      },
    },
    '007-resemblances': {
      // Works that are alike though neither says so came into the lineage.
      async up(db: Kysely<unknown>) {
        const tables = ['checkpoint', 'block', 'transaction', 'write', 'node', 'edge', 'fingerprint'].map((table) =>
          sql.id(schema, table),
        );
        await sql`TRUNCATE ${sql.join(tables)}`.execute(db);
      },
    },
    '008-parents': {
      // Versions that were made from others came into the lineage, and what a member has is asked for.
      async up(db: Kysely<unknown>) {
        const tables = ['checkpoint', 'block', 'transaction', 'write', 'node', 'edge', 'fingerprint'].map((table) =>
          sql.id(schema, table),
        );
        await sql`TRUNCATE ${sql.join(tables)}`.execute(db);
        await sql`CREATE INDEX "node_owner" ON ${at}."node" ("type", ("data"->'owner'->>'member'))
                  WHERE "to_block" IS NULL AND "type" IN ('dataset', 'job', 'model', 'licence', 'grant')`.execute(db);
      },
    },
    '009-shards': {
      // Shards, what members say that they hold, and rewards came into the lineage.
      async up(db: Kysely<unknown>) {
        const tables = ['checkpoint', 'block', 'transaction', 'write', 'node', 'edge', 'fingerprint'].map((table) =>
          sql.id(schema, table),
        );
        await sql`TRUNCATE ${sql.join(tables)}`.execute(db);
        await sql`CREATE INDEX "node_shard" ON ${at}."node" ("type", "name")
                  WHERE "to_block" IS NULL AND "type" IN ('shard', 'holding')`.execute(db);
      },
    },
  };
}

/** Brings the tables to their present shape; any number of processes may try at once. */
export async function migrate(db: Database, schema: string): Promise<void> {
  const migrator = new Migrator({
    db,
    migrationTableSchema: schema,
    provider: { getMigrations: () => Promise.resolve(migrations(schema)) },
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error instanceof Error ? error : new Error('The migration failed.', { cause: error });
}
