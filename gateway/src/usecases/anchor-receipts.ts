import {
  batchId,
  batchRoot,
  LlmchainError,
  ordinal,
  receiptId,
  receiptList,
  sha256Hex,
  type BatchEntry,
  type ErrorCode,
  type SignedReceipt,
} from '@llmchain/protocol';
import type { Ledgers } from '../ports/ledger';
import type { Lineage } from '../ports/lineage';
import type { Log } from '../ports/log';
import type { ObjectStore } from '../ports/object-store';
import type { Production } from '../ports/production';
import { collect } from './concurrency';
import { contentKey } from './content-key';

/** Receipts in one batch. */
const BATCH_RECEIPTS = 1_000;

/** Refusals that stay, and how often they have to be heard in a row before they are believed. */
const LASTING: ReadonlySet<ErrorCode> = new Set([
  'insufficient_credits',
  'not_found',
  'invalid_argument',
  'wrong_state',
  'not_authorised',
]);
const TRIES = 4;

/** What a producer says of receipts of one model version. */
export function batchEntry(sequence: number, receipts: readonly SignedReceipt[]): BatchEntry {
  const first = receipts[0];
  if (!first) throw new RangeError('a batch holds at least one receipt');
  const { model, version } = first.body.ticket.body;
  const sum = (part: (receipt: SignedReceipt) => number): number =>
    receipts.reduce((total, each) => total + part(each), 0);
  const sessions = new Map<string, number>();
  for (const { body } of receipts) {
    const { session } = body.ticket.body;
    sessions.set(session, (sessions.get(session) ?? 0) + body.amount);
  }
  return {
    sequence,
    model,
    version,
    root: batchRoot(receipts),
    count: receipts.length,
    promptTokens: sum(({ body }) => body.promptTokens),
    completionTokens: sum(({ body }) => body.completionTokens),
    amount: sum(({ body }) => body.amount),
    receipts: contentKey(sha256Hex(receiptList(receipts))),
    sessions: [...sessions]
      .filter(([, amount]) => amount > 0)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([session, amount]) => ({ session, amount })),
  };
}

interface Ports {
  ledgers: Ledgers;
  store: ObjectStore;
  production: Production;
  lineage: Pick<Lineage, 'putReceipt'>;
  log: Log;
}

/**
 * Puts the own worker's receipts on the ledger, batch by batch, one at a time. A batch is written down before it is
 * anchored; after a crash the same list is anchored again under the same sequence number, which the ledger answers as it
 * did the first time.
 */
export class AnchorReceipts {
  readonly #options: { member: string };
  readonly #ports: Ports;
  /** The highest sequence number that the ledger is known to have. */
  #onLedger: number | undefined;
  /** Refusals of a batch so far, by sequence number. */
  readonly #tries = new Map<number, number>();

  constructor(options: { member: string }, ports: Ports) {
    this.#options = options;
    this.#ports = ports;
  }

  /** @throws {LlmchainError} `unavailable` and the like: nothing is lost, call again */
  async run(): Promise<void> {
    const { production } = this.#ports;
    for (const { entry } of await production.batches('anchoring')) await this.#anchor(entry);
    for (;;) {
      const receipts = await production.pending(BATCH_RECEIPTS);
      if (receipts.length === 0) return;
      const sequence = 1 + Math.max(await production.lastSequence(), await this.#lastOnLedger());
      const entry = batchEntry(sequence, receipts);
      await production.begin(
        entry,
        receipts.map(({ body }) => receiptId(body)),
      );
      await this.#anchor(entry);
    }
  }

  async #anchor(entry: BatchEntry): Promise<void> {
    const { ledgers, store, production } = this.#ports;
    const receipts = await production.receiptsOf(entry.sequence);
    await store.put(entry.receipts, Buffer.from(receiptList(receipts)));
    try {
      await ledgers.service.submit('inference:anchorBatch', entry);
    } catch (error) {
      if (!(error instanceof LlmchainError)) throw error;
      if (await this.#refused(entry, error)) return;
    }
    this.#tries.delete(entry.sequence);
    await production.anchored(entry.sequence);
    this.#onLedger = Math.max(this.#onLedger ?? 0, entry.sequence);
    this.#ports.log.info({ sequence: entry.sequence, receipts: entry.count }, 'anchored a batch');
    await this.#index(entry, receipts);
  }

  /** @returns false when the batch is on the ledger after all @throws the error when trying again may help */
  async #refused(entry: BatchEntry, error: LlmchainError): Promise<boolean> {
    const { ledgers, production, log } = this.#ports;
    const known = await ledgers.service.find('batch', this.#options.member, ordinal(entry.sequence));
    if (known?.root === entry.root) return false;
    if (known) {
      // Another list stands under this number, so this database is older than the ledger: take the next number.
      this.#onLedger = undefined;
      log.warn({ sequence: entry.sequence }, 'a batch number was taken; the receipts go into the next one');
      await production.release(entry.sequence, { bySession: false });
      return true;
    }
    const tries = (this.#tries.get(entry.sequence) ?? 0) + 1;
    this.#tries.set(entry.sequence, tries);
    // A peer that is some blocks behind refuses what it will endorse in a moment: only a lasting refusal counts.
    if (!LASTING.has(error.code) || 'sequence' in error.details || tries < TRIES) throw error;
    this.#tries.delete(entry.sequence);
    log.warn({ sequence: entry.sequence, code: error.code, details: error.details }, 'the ledger refused a batch');
    // One bad session must not hold up the others: each session's receipts are tried alone, and only then given up.
    if (entry.sessions.length > 1) await production.release(entry.sequence, { bySession: true });
    else await production.refuse(entry.sequence, error.code);
    return true;
  }

  async #lastOnLedger(): Promise<number> {
    if (this.#onLedger === undefined) {
      const batches = await collect(this.#ports.ledgers.service.list('batch', this.#options.member));
      this.#onLedger = batches.reduce((last, batch) => Math.max(last, batch.sequence), 0);
    }
    return this.#onLedger;
  }

  /** Lets lineages begin at these receipts; the index can do without. */
  async #index(entry: BatchEntry, receipts: readonly SignedReceipt[]): Promise<void> {
    const { member: producer } = this.#options;
    const { model, version } = entry;
    const batch = batchId(producer, entry.sequence);
    try {
      for (const { body } of receipts) {
        await this.#ports.lineage.putReceipt({
          id: receiptId(body),
          batch,
          model,
          version,
          worker: body.worker,
          producer,
        });
      }
    } catch (error) {
      this.#ports.log.warn({ batch, error: String(error) }, 'the index did not take receipts');
    }
  }
}
