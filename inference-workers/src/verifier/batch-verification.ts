import { setImmediate as breathe } from 'node:timers/promises';
import { receiptId, type Batch, type Opening, type Receipt, type SignedReceipt } from '@llmchain/protocol';
import { codeOf, pause } from '../ledger/back-off';
import type { LedgerFacts } from '../ledger/ledger-facts';
import type { Servable } from '../models/servable';
import { checkListed, checkTotals } from './batch-check';
import type { BatchFacts } from './batch-facts';
import type { Finding } from './finding';
import { checkOpening, opens } from './opening-check';
import { ReceiptList } from './receipt-list';

/** How the producer's openings and receipt lists are had. */
interface ProducerFiles {
  content(member: string, sha256: string): Promise<AsyncIterable<Uint8Array>>;
  opening(member: string, receiptId: string): Promise<Opening>;
}

/** Calls of the producer's server that fail are made again, so often in all, before they count as a refusal. */
const ATTEMPTS = 5;

/** How long checks go on without letting others work, milliseconds. */
const LONGEST_TURN = 5;

export interface VerifyBatchOptions {
  /** Pause before the second attempt, in milliseconds; it doubles with each. */
  retryMs: number;
  /** Where lists of receipts lie while they are checked. */
  folder: string;
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

  /** The batch's receipts when the list fits its address and root, else what is wrong. The caller disposes of it. */
  async receipts(batch: Batch): Promise<ReceiptList | Finding> {
    const { files } = this.#dependencies;
    const sha256 = batch.receipts.slice('sha256/'.length);
    const list = await this.#persist(async () =>
      ReceiptList.keep(await files.content(batch.producer, sha256), batch, this.#options.folder),
    );
    if (!list) return { reason: 'receipts_unavailable' };
    if (await list.fits(batch)) return list;
    await list.dispose();
    return { reason: 'root_mismatch' };
  }

  /** Checks every receipt on paper. */
  async paper(
    batch: Batch,
    list: ReceiptList,
    model: Servable,
    seen: BatchFacts['seen'],
  ): Promise<Finding | undefined> {
    const totals = checkTotals(batch, list.totals);
    if (totals) return totals;
    const { drawn, workers } = list.totals;
    const known = await this.#known(
      { batch, model, seen },
      { signers: list.signers, sessions: drawn.keys(), workers: workers.keys() },
    );
    const here = new Set<string>();
    let since = Date.now();
    for await (const receipt of list) {
      const finding = checkListed(known, receipt, here);
      if (finding) return finding;
      // Signatures take their time, and the worker has others to answer.
      if (Date.now() - since < LONGEST_TURN) continue;
      await breathe();
      since = Date.now();
    }
    return undefined;
  }

  /** Re-executes the sampled receipts. */
  async sample(
    batch: Batch,
    list: ReceiptList,
    model: Servable,
    sample: ReadonlySet<string>,
  ): Promise<Finding | undefined> {
    const sampled: Receipt[] = [];
    for await (const { body } of list) if (sample.has(receiptId(body))) sampled.push(body);
    for (const body of sampled) {
      const id = receiptId(body);
      const opening = await this.#persist(() => this.#dependencies.files.opening(batch.producer, id));
      if (!opening) return { reason: 'opening_unavailable', receipt: id };
      const finding = await checkOpening(model, body, opening);
      if (finding) return finding;
    }
    return undefined;
  }

  /**
   * Checks one receipt, on paper and by re-execution.
   * @param options.kept its opening as another member keeps it, for a producer that serves none, or none that fits
   * @returns what is wrong with it, and the opening that was used
   */
  async one(
    batch: Batch,
    receipt: SignedReceipt,
    model: Servable,
    { seen, kept }: { seen: BatchFacts['seen']; kept: Opening | undefined },
  ): Promise<{ finding?: Finding; opening?: Opening }> {
    const { files } = this.#dependencies;
    const { body } = receipt;
    const id = receiptId(body);
    const known = await this.#known(
      { batch, model, seen },
      {
        signers: [receipt.signer, body.ticket.signer],
        sessions: [body.ticket.body.session],
        workers: [body.worker],
      },
    );
    const served = await this.#persist(() => files.opening(batch.producer, id));
    const opening = served && opens(served, receipt) ? served : (kept ?? served);
    const finding =
      checkListed(known, receipt, new Set()) ??
      (opening ? await checkOpening(model, body, opening) : { reason: 'opening_unavailable' as const, receipt: id });
    return { ...(finding ? { finding } : {}), ...(opening ? { opening } : {}) };
  }

  /** What the ledger says of those that receipts name. */
  async #known(
    { batch, model, seen }: { batch: Batch; model: Servable; seen: BatchFacts['seen'] },
    named: Record<'signers' | 'sessions' | 'workers', Iterable<string>>,
  ): Promise<BatchFacts> {
    const { facts } = this.#dependencies;
    const { version, tokenizer, template } = model;
    return {
      ...{ batch, version, tokenizer, template, seen },
      access: await facts.access(version),
      signers: await lookUp(named.signers, (id) => facts.signer(id)),
      sessions: await lookUp(named.sessions, (id) => facts.session(id)),
      suspensions: await lookUp(named.workers, (id) => facts.suspension(id)),
    };
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

async function lookUp<T>(ids: Iterable<string>, find: (id: string) => Promise<T | undefined>): Promise<Map<string, T>> {
  const found = new Map<string, T>();
  for (const id of ids) {
    const record = await find(id);
    if (record) found.set(id, record);
  }
  return found;
}
