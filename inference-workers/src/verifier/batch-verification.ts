import { setImmediate as breathe } from 'node:timers/promises';
import {
  batchRoot,
  receiptId,
  SignedReceipt,
  type Batch,
  type Opening,
  type Session,
  type Signer,
} from '@llmchain/protocol';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { codeOf, pause } from '../ledger/back-off';
import type { LedgerFacts } from '../ledger/ledger-facts';
import type { ServableModel } from '../models/servable-model';
import { checkBatch } from './batch-check';
import type { BatchFacts } from './batch-facts';
import type { Finding } from './finding';
import { checkOpening } from './opening-check';

/** How the producer's openings and receipt lists are had. */
interface ProducerFiles {
  bytes(member: string, sha256: string): Promise<Buffer>;
  opening(member: string, receiptId: string): Promise<Opening>;
}

const ReceiptList = z.array(SignedReceipt).min(1).max(1_000);

/** Calls of the producer's server that fail are made again, so often in all, before they count as a refusal. */
const ATTEMPTS = 5;

export interface VerifyBatchOptions {
  /** Pause before the second attempt, in milliseconds; it doubles with each. */
  retryMs: number;
}

export interface VerifyBatchDependencies {
  facts: LedgerFacts;
  files: ProducerFiles;
  /** Ends what is under way, without a finding. */
  signal: AbortSignal;
}

/** Fetches what a batch's producer keeps for it, and checks it. */
export class BatchVerification {
  readonly #options: VerifyBatchOptions;
  readonly #dependencies: VerifyBatchDependencies;

  constructor(options: VerifyBatchOptions, dependencies: VerifyBatchDependencies) {
    this.#options = options;
    this.#dependencies = dependencies;
  }

  /** The batch's receipts when the list fits its address and root, else what is wrong. */
  async receipts(batch: Batch): Promise<SignedReceipt[] | Finding> {
    const sha256 = batch.receipts.slice('sha256/'.length);
    const bytes = await this.#persist(async () => {
      const found = await this.#dependencies.files.bytes(batch.producer, sha256);
      return createHash('sha256').update(found).digest('hex') === sha256 ? found : undefined;
    });
    if (!bytes) return { reason: 'receipts_unavailable' };
    const parsed = ReceiptList.safeParse(parsedJson(bytes.toString('utf8')));
    if (!parsed.success || batchRoot(parsed.data) !== batch.root) return { reason: 'root_mismatch' };
    return parsed.data;
  }

  /** Checks every receipt on paper. */
  async paper(
    batch: Batch,
    receipts: readonly SignedReceipt[],
    model: ServableModel,
    seen: BatchFacts['seen'],
  ): Promise<Finding | undefined> {
    const { facts } = this.#dependencies;
    const signerIds = new Set(receipts.flatMap(({ signer, body }) => [signer, body.ticket.signer]));
    const sessionIds = new Set(receipts.map(({ body }) => body.ticket.body.session));
    const signers = await lookUp<Signer>(signerIds, (id) => facts.signer(id));
    const sessions = await lookUp<Session>(sessionIds, (id) => facts.session(id));
    const { version, tokenizer, template } = model;
    const steps = checkBatch({ batch, version, tokenizer, template, signers, sessions, seen }, receipts);
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
      await breathe();
    }
  }

  /** Re-executes the sampled receipts. */
  async sample(
    batch: Batch,
    receipts: readonly SignedReceipt[],
    model: ServableModel,
    sample: ReadonlySet<string>,
  ): Promise<Finding | undefined> {
    for (const { body } of receipts) {
      const id = receiptId(body);
      if (!sample.has(id)) continue;
      const opening = await this.#persist(() => this.#dependencies.files.opening(batch.producer, id));
      if (!opening) return { reason: 'opening_unavailable', receipt: id };
      const finding = await checkOpening(model, body, opening);
      if (finding) return finding;
    }
    return undefined;
  }

  /** What `fetch` gives, tried a few times; undefined when the producer does not serve it. */
  async #persist<T>(fetch: () => Promise<T | undefined>): Promise<T | undefined> {
    const { signal } = this.#dependencies;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (attempt > 0) await pause(this.#options.retryMs * 2 ** (attempt - 1), signal);
      signal.throwIfAborted();
      const found = await fetch().catch((error: unknown) => {
        // Only what the producer's server does is the producer's fault; a bug of ours is not.
        if (signal.aborted || codeOf(error) === 'internal') throw error;
        return undefined;
      });
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function lookUp<T>(
  ids: ReadonlySet<string>,
  find: (id: string) => Promise<T | undefined>,
): Promise<Map<string, T>> {
  const found = new Map<string, T>();
  for (const id of ids) {
    const record = await find(id);
    if (record) found.set(id, record);
  }
  return found;
}
