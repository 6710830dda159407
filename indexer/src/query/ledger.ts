import { modelNode } from '../project/ids';
import type { Position } from '../project/rows';
import type { Database } from '../store/tables';
import type { TransactionAnswer } from './answers';

/** Plain questions about blocks, transactions and batches. */
export class LedgerRecords {
  readonly #db: Database;

  constructor(dependencies: { db: Database }) {
    this.#db = dependencies.db;
  }

  /** @returns undefined when the block is not indexed */
  async position(block: number): Promise<Position | undefined> {
    const row = await this.#db.selectFrom('block').selectAll().where('number', '=', block).executeTakeFirst();
    return row && { block: row.number, time: Number(row.time) };
  }

  /** A valid transaction; its id can also stand in later envelopes, which peers refuse as duplicates. */
  async transaction(id: string): Promise<TransactionAnswer | undefined> {
    const row = await this.#db
      .selectFrom('transaction')
      .select(['block', 'function', 'creator', 'endorsers', 'time'])
      .where('id', '=', id)
      .where('valid', '=', true)
      .limit(1)
      .executeTakeFirst();
    return row && { ...row, time: Number(row.time) };
  }

  /** A producer's batches of one model version and their present states, by sequence number. */
  async batchesOf(producer: string, model: string, version: number): Promise<{ sequence: number; state: string }[]> {
    const rows = await this.#db
      .selectFrom('edge')
      .innerJoin('node', 'node.id', 'edge.from_id')
      .select(['node.name', 'node.state'])
      .where('edge.to_id', '=', modelNode({ model, version }))
      .where('edge.kind', '=', 'produced by')
      .where('edge.to_block', 'is', null)
      .where('node.to_block', 'is', null)
      .where('node.type', '=', 'batch')
      .execute();
    return rows
      .map(({ name, state }) => ({ owner: name.slice(0, name.lastIndexOf('/')), name, state: state ?? '' }))
      .filter(({ owner }) => owner === producer)
      .map(({ name, state }) => ({ sequence: Number(name.slice(name.lastIndexOf('/') + 1)), state }))
      .sort((a, b) => a.sequence - b.sequence);
  }
}
