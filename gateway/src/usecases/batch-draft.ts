import { createHash } from 'node:crypto';
import {
  MOST_RECEIPTS,
  MOST_SESSIONS,
  MOST_WORKERS,
  rootOfHashes,
  toHex,
  type BatchEntry,
  type BatchWorker,
  type SignedReceipt,
} from '@llmchain/protocol';
import type { StoredReceipt } from '../ports/production';
import { contentKey } from './content-key';
import { receiptLeaf } from './receipt-leaf';

/** Bytes of one list: what verifiers fetch before they can say anything of the batch. */
const MOST_BYTES = 256 * 1024 * 1024;

export interface DraftLimits {
  receipts: number;
  sessions: number;
  bytes: number;
}

/**
 * A batch in the making. Of each receipt it keeps the id and the hash, whatever the receipts' size; their list is the
 * canonical JSON of an array, so it is hashed as it grows.
 */
export class BatchDraft {
  readonly #limits: DraftLimits;
  readonly #ids: string[] = [];
  readonly #leaves: Uint8Array[] = [];
  readonly #list = createHash('sha256').update('[');
  readonly #sessions = new Map<string, number>();
  /** When the last order was issued that each answered, milliseconds since the Unix epoch. */
  readonly #workers = new Map<string, number>();
  #first: SignedReceipt | undefined;
  #bytes = 2;
  #promptTokens = 0;
  #completionTokens = 0;

  constructor(limits: Partial<DraftLimits> = {}) {
    this.#limits = { receipts: MOST_RECEIPTS, sessions: MOST_SESSIONS, bytes: MOST_BYTES, ...limits };
  }

  /** Ids of the receipts in their order. */
  get ids(): readonly string[] {
    return this.#ids;
  }

  /** Whose receipts they are, sorted by worker. */
  get workers(): BatchWorker[] {
    return [...this.#workers]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([worker, lastOrder]) => ({ worker, lastOrder }));
  }

  /** Adds a receipt. @returns false when it has no room any more; the next batch begins with it */
  add({ id, body }: StoredReceipt): boolean {
    const receipt = JSON.parse(body) as SignedReceipt;
    const { worker } = receipt.body;
    const { session, issued } = receipt.body.ticket.body;
    const bytes = Buffer.byteLength(body) + (this.#ids.length > 0 ? 1 : 0);
    const { receipts, sessions, bytes: most } = this.#limits;
    const full =
      this.#ids.length >= receipts ||
      (this.#ids.length > 0 && this.#bytes + bytes > most) ||
      (!this.#sessions.has(session) && this.#sessions.size >= sessions) ||
      (!this.#workers.has(worker) && this.#workers.size >= MOST_WORKERS);
    if (full) return false;
    if (this.#ids.length > 0) this.#list.update(',');
    this.#list.update(body);
    this.#bytes += bytes;
    this.#first ??= receipt;
    this.#ids.push(id);
    this.#leaves.push(receiptLeaf(body));
    this.#sessions.set(session, (this.#sessions.get(session) ?? 0) + receipt.body.amount);
    this.#workers.set(worker, Math.max(this.#workers.get(worker) ?? 0, issued));
    this.#promptTokens += receipt.body.promptTokens;
    this.#completionTokens += receipt.body.completionTokens;
    return true;
  }

  /** What the producer says of it. @throws {RangeError} when nothing was added */
  entry(sequence: number): BatchEntry {
    if (!this.#first) throw new RangeError('a batch holds at least one receipt');
    const { model, version } = this.#first.body.ticket.body;
    return {
      sequence,
      model,
      version,
      root: toHex(rootOfHashes(this.#leaves)),
      count: this.#ids.length,
      promptTokens: this.#promptTokens,
      completionTokens: this.#completionTokens,
      amount: [...this.#sessions.values()].reduce((sum, amount) => sum + amount, 0),
      receipts: contentKey(this.#list.copy().update(']').digest('hex')),
      sessions: [...this.#sessions]
        .filter(([, amount]) => amount > 0)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([session, amount]) => ({ session, amount })),
      workers: this.workers,
    };
  }
}
