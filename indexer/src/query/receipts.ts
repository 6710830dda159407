import { sql } from 'kysely';
import { batchNode, modelNode, signerNode } from '../project/ids';
import type { Database } from '../store/tables';
import type { ReceiptEntry, TraceEdge, TraceNode } from './answers';
import { holdsAt } from './as-of';

const BATCH = batchNode('');
const SIGNER = signerNode('');

/** The receipts that this member knows, and their place in the lineage. */
export class Receipts {
  readonly #db: Database;

  constructor(dependencies: { db: Database }) {
    this.#db = dependencies.db;
  }

  /** Adds different receipts, or the batches that they were anchored in later. */
  async put(receipts: readonly ReceiptEntry[]): Promise<void> {
    if (receipts.length === 0) return;
    await this.#db
      .insertInto('receipt')
      .values(receipts.map(({ batch = null, ...rest }) => ({ ...rest, batch })))
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet({ batch: sql`coalesce(excluded.batch, receipt.batch)` }),
      )
      .execute();
  }

  /**
   * What a receipt comes from: its signer and its batch. Before the batch is on the ledger the model stands in its
   * place, on the word of this member alone.
   */
  async sources(id: string, block: number): Promise<{ edges: TraceEdge[]; anchored: boolean }> {
    const row = await this.#db.selectFrom('receipt').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
    const batch = row.batch === null ? undefined : batchNode(row.batch);
    const anchored = batch !== undefined && (await this.#holds(batch, block));
    const edges = [
      anchored ? { from: id, to: batch, kind: 'anchored in' } : { from: id, to: modelNode(row), kind: 'produced by' },
      { from: id, to: signerNode(row.worker), kind: 'signed by' },
    ];
    return { edges, anchored };
  }

  /** Receipts that come from any of these batches and signers. */
  async derived(from: readonly string[], limit: number): Promise<TraceEdge[]> {
    const batches = named(from, BATCH);
    const signers = named(from, SIGNER);
    if (batches.length + signers.length === 0) return [];
    const rows = await this.#db
      .selectFrom('receipt')
      .select(['id', 'batch', 'worker'])
      .where(sql<boolean>`batch = ANY(${batches}::text[]) OR worker = ANY(${signers}::text[])`)
      .limit(limit)
      .execute();
    const asked = new Set(from);
    return rows
      .flatMap(({ id, batch, worker }) => [
        ...(batch === null ? [] : [{ from: id, to: batchNode(batch), kind: 'anchored in' }]),
        { from: id, to: signerNode(worker), kind: 'signed by' },
      ])
      .filter((edge) => asked.has(edge.to));
  }

  async nodes(ids: readonly string[]): Promise<TraceNode[]> {
    const rows = await this.#db
      .selectFrom('receipt')
      .selectAll()
      .where(sql<boolean>`id = ANY(${ids}::text[])`)
      .execute();
    return rows.map((row) => ({ id: row.id, type: 'receipt', label: row.id.slice(0, 12), data: row }));
  }

  async #holds(node: string, block: number): Promise<boolean> {
    const row = await this.#db
      .selectFrom('node')
      .select('id')
      .where('id', '=', node)
      .where(holdsAt(block))
      .executeTakeFirst();
    return row !== undefined;
  }
}

function named(ids: readonly string[], prefix: string): string[] {
  return ids.filter((id) => id.startsWith(prefix)).map((id) => id.slice(prefix.length));
}
