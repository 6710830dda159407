import { setImmediate as breathe } from 'node:timers/promises';
import { Readable } from 'node:stream';
import {
  batchId,
  LlmchainError,
  ordinal,
  type BatchEntry,
  type ErrorCode,
  type SignedReceipt,
} from '@llmchain/protocol';
import type { Ledgers } from '../ports/ledger';
import type { Lineage } from '../ports/lineage';
import type { Log } from '../ports/log';
import type { ObjectStore } from '../ports/object-store';
import type { Production, StoredReceipt } from '../ports/production';
import { BatchDraft, type DraftLimits } from './batch-draft';
import { collect } from './concurrency';
import { SetAside } from './set-aside';
import type { SilentRivals } from './silent-rivals';

/** Refusals that stay, and how often they have to be heard in a row before they are believed. */
const LASTING: ReadonlySet<ErrorCode> = new Set([
  'insufficient_credits',
  'not_found',
  'invalid_argument',
  'wrong_state',
  'not_authorised',
]);
const TRIES = 4;

/** Why receipts are refused that were not anchored when their version was revoked. */
export const REVOKED = 'revoked';

interface Ports {
  ledgers: Ledgers;
  store: ObjectStore;
  production: Production;
  lineage: Pick<Lineage, 'putReceipts'>;
  silent: Pick<SilentRivals, 'lately'>;
  log: Log;
}

export interface AnchorOptions {
  /** MSP id. */
  member: string;
  /** How much one batch may hold, where that is less than it might. */
  limits?: Partial<DraftLimits>;
}

/**
 * Puts the own worker's receipts on the ledger, batch by batch, one at a time. A batch is written down before it is
 * anchored; after a crash the same list is anchored again under the same sequence number, which the ledger answers as it
 * did the first time.
 */
export class AnchorReceipts {
  readonly #options: AnchorOptions;
  readonly #ports: Ports;
  readonly #setAside: SetAside;
  /** The highest sequence number that the ledger is known to have. */
  #onLedger: number | undefined;
  /** Refusals of a batch so far, by sequence number. */
  readonly #tries = new Map<number, number>();

  constructor(options: AnchorOptions, ports: Ports) {
    this.#options = options;
    this.#ports = ports;
    this.#setAside = new SetAside({}, ports);
  }

  /** @throws {LlmchainError} `unavailable` and the like: nothing is lost, call again */
  async run(): Promise<void> {
    const { production } = this.#ports;
    for (const { entry } of await production.batches('anchoring')) await this.#anchor(entry);
    for (;;) {
      const draft = await this.#draft();
      if (draft.ids.length === 0) return;
      if (await this.#setAside.run(draft.workers)) continue;
      const sequence = 1 + Math.max(await production.lastSequence(), await this.#lastOnLedger());
      const silent = this.#ports.silent.lately();
      const entry = { ...draft.entry(sequence), ...(silent ? { silent } : {}) };
      await production.begin(entry, draft.ids);
      await this.#anchor(entry);
    }
  }

  async #draft(): Promise<BatchDraft> {
    const draft = new BatchDraft(this.#options.limits);
    for await (const page of this.#ports.production.pending()) {
      if (!page.every((receipt) => draft.add(receipt))) break;
      await breathe();
    }
    return draft;
  }

  async #anchor(entry: BatchEntry): Promise<void> {
    const { ledgers, store, production } = this.#ports;
    if ((await store.size(entry.receipts)) === undefined) {
      let bytes = 0;
      for await (const part of listOf(production.receiptsOf(entry.sequence))) bytes += part.length;
      await store.putStream(entry.receipts, Readable.from(listOf(production.receiptsOf(entry.sequence))), bytes);
    }
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
    await this.#index(entry);
  }

  /** @returns false when the batch is on the ledger after all @throws the error when trying again may help */
  async #refused(entry: BatchEntry, error: LlmchainError): Promise<boolean> {
    const { ledgers, production, log } = this.#ports;
    // In this order: what a revoked version has on the ledger then is all it ever has.
    const { state } = await ledgers.service.get('model', entry.model, ordinal(entry.version));
    const known = await ledgers.service.find('batch', this.#options.member, ordinal(entry.sequence));
    if (known?.root === entry.root) return false;
    if (known) {
      // Another list stands under this number, so this database is older than the ledger: take the next number.
      this.#onLedger = undefined;
      log.warn({ sequence: entry.sequence }, 'a batch number was taken; the receipts go into the next one');
      await production.release(entry.sequence, { bySession: false });
      return true;
    }
    if (state === 'revoked') {
      this.#tries.delete(entry.sequence);
      log.warn({ sequence: entry.sequence, receipts: entry.count }, 'receipts of a revoked version earn nothing');
      await production.refuse(entry.sequence, REVOKED);
      return true;
    }
    if ('suspended' in error.details) {
      // What fell into the suspension is set aside before the next draft, as soon as the own peer knows of it.
      await production.release(entry.sequence, { bySession: false });
      throw error;
    }
    const tries = (this.#tries.get(entry.sequence) ?? 0) + 1;
    this.#tries.set(entry.sequence, tries);
    // A peer that is some blocks behind refuses what it will endorse in a moment: only a lasting refusal counts.
    // And receipts wait for a stake that has to be put up first.
    const waits = 'sequence' in error.details || 'worker' in error.details;
    if (!LASTING.has(error.code) || waits || tries < TRIES) throw error;
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
  async #index(entry: BatchEntry): Promise<void> {
    const { member: producer } = this.#options;
    const { model, version } = entry;
    const batch = batchId(producer, entry.sequence);
    try {
      for await (const page of this.#ports.production.receiptsOf(entry.sequence)) {
        await this.#ports.lineage.putReceipts(
          page.map(({ id, body }) => {
            const { worker } = (JSON.parse(body) as SignedReceipt).body;
            return { id, batch, model, version, worker, producer };
          }),
        );
      }
    } catch (error) {
      this.#ports.log.warn({ batch, error: String(error) }, 'the index did not take receipts');
    }
  }
}

/** The file that a batch's `receipts` address names: the canonical JSON of an array, in parts. */
export async function* listOf(pages: AsyncIterable<StoredReceipt[]>): AsyncGenerator<Buffer> {
  let before = '[';
  for await (const page of pages) {
    yield Buffer.from(before + page.map(({ body }) => body).join(','));
    before = ',';
  }
  yield Buffer.from(']');
}
