import { sql, type Transaction } from 'kysely';
import type { Position, Projection } from '../project/rows';
import { insertRows } from './bulk';
import { EDGE, FINGERPRINT, NODE, TRANSACTION, WRITE } from './columns';
import type { Database, Tables } from './tables';

/** Before the first block. */
export const NOWHERE: Position = { block: -1, time: 0 };

/** Writes projections, one database transaction per block, the checkpoint within it. */
export class Projections {
  readonly #schema: string;
  readonly #db: Database;
  #rebuilds = 0;

  constructor(options: { schema: string }, dependencies: { db: Database }) {
    this.#schema = options.schema;
    this.#db = dependencies.db;
  }

  /** How often the index was begun anew: what was read before is then of no use. */
  get rebuilds(): number {
    return this.#rebuilds;
  }

  async checkpoint(): Promise<Position> {
    const row = await this.#db.selectFrom('checkpoint').select(['block', 'time']).executeTakeFirst();
    return row ? { block: row.block, time: Number(row.time) } : NOWHERE;
  }

  /** Ids of a block's transactions as they were indexed. */
  async transactionsOf(block: number): Promise<string[]> {
    const rows = await this.#db
      .selectFrom('transaction')
      .select('id')
      .where('block', '=', block)
      .orderBy('index')
      .execute();
    return rows.map((row) => row.id);
  }

  /**
   * Adds one block. A block that is in the index already changes nothing.
   * @param project makes the projection from the position before it
   * @returns where the index then stands
   * @throws {RangeError} when a block before it is missing
   */
  async add(block: number, project: (previous: Position) => Projection): Promise<Position> {
    return this.#db.transaction().execute(async (trx) => {
      await sql`LOCK TABLE ${sql.id(this.#schema, 'checkpoint')} IN EXCLUSIVE MODE`.execute(trx);
      const row = await trx.selectFrom('checkpoint').select(['block', 'time']).executeTakeFirst();
      const previous = row ? { block: row.block, time: Number(row.time) } : NOWHERE;
      if (block <= previous.block) return previous;
      if (block > previous.block + 1) throw new RangeError(`block ${block} came after block ${previous.block}`);
      const projection = project(previous);
      await this.#write(trx, projection);
      return { block: projection.block, time: projection.time };
    });
  }

  /** Forgets everything that came from blocks; receipts stay. */
  async clear(): Promise<void> {
    const tables = (['checkpoint', 'block', 'transaction', 'write', 'node', 'edge', 'fingerprint'] as const).map(
      (table) => sql.id(this.#schema, table),
    );
    await sql`TRUNCATE ${sql.join(tables)}`.execute(this.#db);
    this.#rebuilds += 1;
  }

  async #write(trx: Transaction<Tables>, projection: Projection): Promise<void> {
    const { block: number, time, superseded } = projection;
    await trx
      .insertInto('block')
      .values({ number, time })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    await insertRows(trx, this.#schema, 'transaction', TRANSACTION, projection.transactions);
    await insertRows(trx, this.#schema, 'write', WRITE, projection.writes);
    if (superseded.length > 0) {
      for (const table of ['node', 'edge'] as const) {
        await sql`UPDATE ${sql.id(this.#schema, table)} SET to_block = ${number}
                  WHERE origin = ANY(${superseded}::text[]) AND to_block IS NULL AND from_block < ${number}`.execute(
          trx,
        );
      }
    }
    await insertRows(trx, this.#schema, 'node', NODE, projection.nodes);
    await insertRows(trx, this.#schema, 'edge', EDGE, projection.edges);
    await insertRows(trx, this.#schema, 'fingerprint', FINGERPRINT, projection.fingerprints);
    await trx
      .insertInto('checkpoint')
      .values({ single: true, block: number, time })
      .onConflict((conflict) => conflict.column('single').doUpdateSet({ block: number, time }))
      .execute();
  }
}
