import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { decodeJson, GatewayConfig } from '@llmchain/protocol';
import { Client } from 'pg';
import { z } from 'zod';

/** A member's Postgres, and a schema of the benchmark's own in it. */
export class MemberDatabase {
  readonly #client: Client;

  private constructor(
    readonly schema: string,
    client: Client,
  ) {
    this.#client = client;
  }

  /** @param configFile the gateway's configuration */
  static async of(configFile: string): Promise<MemberDatabase> {
    const config = decodeJson(GatewayConfig, await readFile(configFile, 'utf8'), 'configuration');
    const client = new Client({
      connectionString: (await readFile(config.databaseUrl, 'utf8')).trim(),
      ssl: { ca: await readFile(config.databaseRoot, 'utf8') },
    });
    await client.connect();
    const database = new MemberDatabase(`bench_${randomUUID().slice(0, 8)}`, client);
    await database.run(`CREATE SCHEMA ${database.schema}`);
    return database;
  }

  async run(statement: string, values: readonly unknown[] = []): Promise<void> {
    await this.#client.query(statement, [...values]);
  }

  async rows<S extends z.ZodType>(row: S, statement: string, values: readonly unknown[]): Promise<z.output<S>[]> {
    const { rows } = await this.#client.query(statement, [...values]);
    return z.array(row).parse(rows);
  }

  /** Leaves nothing behind. */
  async close(): Promise<void> {
    try {
      await this.run(`DROP SCHEMA ${this.schema} CASCADE`);
    } finally {
      await this.#client.end();
    }
  }
}
