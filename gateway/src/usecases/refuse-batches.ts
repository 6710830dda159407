import { callEnds, LlmchainError, ordinal, PASSING, type Batch, type Verdict } from '@llmchain/protocol';
import type { Membership } from '../ports/consortium';
import type { Ledgers } from '../ports/ledger';
import type { Log } from '../ports/log';
import type { Workers } from '../ports/workers';
import type { ReportFaults } from './report-faults';

/** How long the own verifier's verdict on a batch that others have decided is still waited for, milliseconds. */
const LATE = 600_000;

/** Most batches that are remembered. */
const MOST = 10_000;

interface Ports {
  ledgers: Ledgers;
  workers: Workers;
  faults: Pick<ReportFaults, 'report'>;
  log: Log;
}

/**
 * Says on the ledger what the own verifier rejects: others are called upon then, and must re-execute the receipt that it
 * found. Where they had accepted the batch already, the receipt is reported as a fault.
 */
export class RefuseBatches {
  readonly #options: Pick<Membership, 'own'>;
  readonly #ports: Ports;
  /** Rivals' batches without a verdict so far. */
  readonly #open = new Map<string, Batch>();
  /** Those that are done with: the last ones, since whoever follows batches comes by some of them again. */
  readonly #judged = new Set<string>();

  constructor(options: Pick<Membership, 'own'>, ports: Ports) {
    this.#options = options;
    this.#ports = ports;
  }

  /** Takes note of a batch on the ledger. */
  consider(batch: Batch): void {
    const { producer, electorate, state } = batch;
    if (producer === this.#options.own || !electorate.includes(this.#options.own)) return;
    if (state === 'rejected' || state === 'expired' || this.#judged.has(batch.batch)) this.#open.delete(batch.batch);
    else this.#open.set(batch.batch, batch);
  }

  async run(now = Date.now()): Promise<void> {
    for (const batch of [...this.#open.values()]) {
      try {
        const verdict = await this.#verdict(batch);
        if (!verdict || (await this.#settled(batch, verdict, now))) this.#close(batch);
      } catch (error) {
        if (now > batch.deadline + LATE) this.#close(batch);
        this.#ports.log.debug({ batch: batch.batch, error: String(error) }, 'a refusal is said later');
      }
    }
  }

  #close({ batch }: Batch): void {
    this.#open.delete(batch);
    this.#judged.add(batch);
    const [oldest] = this.#judged;
    if (this.#judged.size > MOST && oldest !== undefined) this.#judged.delete(oldest);
  }

  /** @returns undefined when no worker of this member verifies @throws the error of one that may, when none answers */
  async #verdict(batch: Batch): Promise<Verdict | undefined> {
    const { workers } = this.#ports;
    let failure: LlmchainError | undefined;
    for (const worker of workers.all.filter(({ member }) => member === this.#options.own)) {
      try {
        return await workers.judge(worker, batch);
      } catch (error) {
        if (!(error instanceof LlmchainError)) throw error;
        if (error.code !== 'not_supported') failure ??= error;
      }
    }
    if (failure) throw failure;
    return undefined;
  }

  /** @returns whether nothing is left to say */
  async #settled(batch: Batch, { verdict, reason, receipt }: Verdict, now: number): Promise<boolean> {
    if (verdict === 'accept') return true;
    if (verdict === 'pending' || !reason) return now > batch.deadline + LATE;
    // What the producer's server may still mend is said when the time to verify is half over.
    const { anchored } = batch;
    if (PASSING.has(reason) && now < anchored + (callEnds(batch, []) - anchored) / 2) return false;
    const { ledgers, faults, log } = this.#ports;
    const { producer, sequence } = batch;
    const known = await ledgers.service.find('batch-refusal', producer, ordinal(sequence), this.#options.own);
    let state = known?.state;
    if (!state) {
      const found = { reason, ...(receipt === undefined ? {} : { receipt }) };
      try {
        const { result } = await ledgers.service.submit('inference:refuseBatch', { producer, sequence, ...found });
        state = result.state;
      } catch (error) {
        // Others have given the batch up meanwhile.
        if (error instanceof LlmchainError && error.code === 'wrong_state') return true;
        throw error;
      }
      log.warn({ batch: batch.batch, state, ...found }, 'the own verifier refuses a batch, which the ledger knows now');
    }
    if (state === 'accepted' && receipt !== undefined && !PASSING.has(reason))
      await faults.report({ producer, sequence, receipt });
    return true;
  }
}
