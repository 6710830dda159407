import { PASSING, type Batch, type Verdict } from '@llmchain/protocol';
import type { Logger } from 'pino';
import { backOff, problemOf, pause } from '../ledger/back-off';
import type { ModelCatalogue } from '../models/model-catalogue';
import type { Servable } from '../models/servable';
import type { BatchVerification } from './batch-verification';
import type { Finding } from './finding';
import { ReceiptList } from './receipt-list';
import { drawSample, sampleSize } from './sample';
import type { VerdictStore } from './verdict-store';

export interface VerifierOptions {
  /** MSP id of the own member. */
  member: string;
  /** Pause before a batch whose producer did not serve its files is tried again, in milliseconds. */
  unavailableMs?: number;
}

export interface VerifierDependencies {
  verification: BatchVerification;
  models: Pick<ModelCatalogue, 'get'>;
  store: VerdictStore;
  log: Logger;
}

interface Work {
  batch: Batch;
  /** Accepted by others before this verifier came to it: only its receipt ids are learnt, to know replays. */
  settled: boolean;
  due: number;
  attempts: number;
}

/** Longest pause between attempts at a batch whose files are not served. */
const LONGEST_PAUSE = 600_000;

/** Verdicts on rivals' batches, one batch after the other, in the order in which they were anchored. */
export class Verifier {
  readonly #options: VerifierOptions;
  readonly #dependencies: VerifierDependencies;
  readonly #work = new Map<string, Work>();
  #wake = new AbortController();

  constructor(options: VerifierOptions, dependencies: VerifierDependencies) {
    this.#options = options;
    this.#dependencies = dependencies;
  }

  /** What is known of a batch under this root; `pending` when nothing is. */
  verdict(batch: string, root: string): Verdict {
    const found = this.#dependencies.store.find(batch)?.verdict;
    return found?.root === root ? found : { batch, root, verdict: 'pending' };
  }

  /**
   * Takes note of a batch on the ledger.
   * @param live false for what was there before this verifier started, which is told of first
   */
  consider(batch: Batch, live: boolean): void {
    const { member } = this.#options;
    if (batch.producer === member || !batch.electorate.includes(member) || this.#work.has(batch.batch)) return;
    const known = this.#dependencies.store.find(batch.batch);
    const settled = batch.state === 'accepted' && !live;
    if (known && (live || isFinal(known.verdict) || (settled && known.listed))) return;
    this.#work.set(batch.batch, { batch, settled, due: 0, attempts: 0 });
    this.#wake.abort();
  }

  /** Works until `signal` is aborted: on one batch of each producer at a time, so that none can hold up the others. */
  async run(signal: AbortSignal): Promise<void> {
    const busy = new Map<string, Promise<void>>();
    while (!signal.aborted) {
      const next = this.#next(busy);
      const wait = next ? next.due - Date.now() : 60_000;
      if (!next || wait > 0) {
        this.#wake = new AbortController();
        await pause(wait, AbortSignal.any([signal, this.#wake.signal]));
        continue;
      }
      const { producer } = next.batch;
      const done = this.#attempt(next, signal).finally(() => {
        busy.delete(producer);
        this.#wake.abort();
      });
      busy.set(producer, done);
    }
    await Promise.all(busy.values());
  }

  /** The work that is due first among the producers that are not busy; the earlier anchored of two. */
  #next(busy: ReadonlyMap<string, unknown>): Work | undefined {
    return [...this.#work.values()]
      .filter(({ batch }) => !busy.has(batch.producer))
      .reduce<Work | undefined>((first, work) => (first && first.due <= work.due ? first : work), undefined);
  }

  async #attempt(work: Work, signal: AbortSignal): Promise<void> {
    const { batch } = work.batch;
    try {
      const again = await this.#verify(work);
      if (again === undefined) this.#work.delete(batch);
      else Object.assign(work, { due: Date.now() + again, attempts: work.attempts + 1 });
    } catch (error) {
      if (signal.aborted) return;
      this.#dependencies.log.error({ ...problemOf(error), batch }, 'a batch could not be verified; trying again');
      Object.assign(work, { due: Date.now() + backOff(work.attempts), attempts: work.attempts + 1 });
    }
  }

  /** @returns milliseconds after which to try again, or undefined when the verdict is for good */
  async #verify(work: Work): Promise<number | undefined> {
    const { batch, settled } = work;
    const { models, verification } = this.#dependencies;
    const model = models.get(batch.model, batch.version);
    if (!model && !settled) return backOff(work.attempts, 2_000);

    const found = await verification.receipts(batch);
    if (!(found instanceof ReceiptList)) {
      return settled && PASSING.has(found.reason) ? LONGEST_PAUSE : this.#conclude(work, found);
    }
    try {
      return await this.#check(work, found, model);
    } finally {
      await found.dispose();
    }
  }

  async #check(work: Work, list: ReceiptList, model: Servable | undefined): Promise<number | undefined> {
    const { batch, settled } = work;
    const { store, verification, log } = this.#dependencies;
    const known = store.find(batch.batch);
    const { ids } = list;
    const { producer } = batch;
    const sample =
      known?.listed || !model
        ? (known?.sample ?? [])
        : drawSample(ids, sampleSize(ids.length, model.version.verification.sampleRate));
    // The sample is on disk before the producer can learn of it from the openings that are asked for.
    if (!known?.listed) {
      const pending = { batch: batch.batch, root: batch.root, verdict: 'pending' as const };
      await store.list({ producer, verdict: known?.verdict ?? pending, sample }, ids);
    }
    if (settled || !model) return undefined;

    const started = Date.now();
    const seen = (receipt: string): boolean => store.seenElsewhere(producer, receipt, batch.batch);
    const finding =
      (await verification.paper(batch, list, model, seen)) ??
      (await verification.sample(batch, list, model, new Set(sample)));
    log.info(
      { batch: batch.batch, receipts: ids.length, sampled: sample.length, milliseconds: Date.now() - started },
      'batch checked',
    );
    return this.#conclude(work, finding);
  }

  async #conclude(work: Work, finding: Finding | undefined): Promise<number | undefined> {
    const { batch } = work;
    const { store, log } = this.#dependencies;
    const verdict: Verdict = {
      batch: batch.batch,
      root: batch.root,
      verdict: finding ? 'reject' : 'accept',
      ...finding,
    };
    await store.decide(batch.producer, verdict);
    if (!finding) {
      log.info({ batch: batch.batch }, 'batch accepted');
      return undefined;
    }
    log.warn({ batch: batch.batch, ...finding }, 'batch rejected');
    const first = this.#options.unavailableMs ?? 30_000;
    return PASSING.has(finding.reason) ? Math.min(LONGEST_PAUSE, first * 2 ** Math.min(work.attempts, 10)) : undefined;
  }
}

/** Whether a verdict stands whatever the producer's server does. */
function isFinal({ verdict, reason }: Verdict): boolean {
  return verdict === 'accept' || (verdict === 'reject' && !(reason && PASSING.has(reason)));
}
