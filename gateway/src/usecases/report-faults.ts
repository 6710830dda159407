import {
  batchId,
  LlmchainError,
  OF_BATCHES,
  ordinal,
  RejectReason,
  type Batch,
  type BatchRef,
  type Consortium,
  type Fault,
} from '@llmchain/protocol';
import type { Membership } from '../ports/consortium';
import type { Faults } from '../ports/faults';
import type { Ledgers } from '../ports/ledger';
import type { Log } from '../ports/log';
import type { Openings } from '../ports/receipts';
import type { Examined, Workers } from '../ports/workers';
import type { ReadReceipt } from './read-receipt';
import type { Place } from './transact';

/** How often a fault is proposed before it is left to others, or to people. */
const ATTEMPTS = 30;
/** How often, and how long apart, a report waits for the verifiers that it asked, milliseconds. */
const ROUNDS = 10;
const ROUND = 1_000;

interface Ports {
  faults: Faults;
  ledgers: Ledgers;
  openings: Pick<Openings, 'get'>;
  receipts: Pick<ReadReceipt, 'own'>;
  log: Log;
  workers: Workers;
}

/** Which receipt of which batch. */
export interface ReceiptOfBatch extends BatchRef {
  receipt: string;
}

/** Makes of a receipt that is false a fault on the ledger: has the own verifier re-execute it, keeps the evidence, and asks the rivals. */
export class ReportFaults {
  readonly #options: Pick<Membership, 'own'>;
  readonly #ports: Ports;
  readonly #attempts = new Map<string, number>();

  constructor(options: Pick<Membership, 'own'>, ports: Ports) {
    this.#options = options;
    this.#ports = ports;
  }

  /**
   * Has the own verifier re-execute a receipt of a rival's batch, now.
   * @throws {LlmchainError} `not_found` | `not_supported` of an own batch, or without a verifier | `verifier_unavailable` | `unavailable`
   */
  async rerun({ producer, sequence, receipt }: ReceiptOfBatch): Promise<Examined> {
    const { ledgers, workers } = this.#ports;
    const fault = await ledgers.service.find('fault', producer, ordinal(sequence), receipt);
    const kept = fault && { evidence: fault.evidence.slice('sha256/'.length), keeper: fault.owner.member };
    const question = { batch: batchId(producer, sequence), receipt, ...(kept ?? {}) };
    let refusal = new LlmchainError('not_supported', 'This member has no worker that verifies.');
    for (const worker of workers.all.filter(({ member }) => member === this.#options.own)) {
      try {
        return await workers.reexamine(worker, question);
      } catch (error) {
        if (!(error instanceof LlmchainError)) throw error;
        refusal = error;
      }
    }
    throw refusal;
  }

  /**
   * Reports a receipt that the own verifier finds false, or an own one, which nobody here judges.
   * @throws {LlmchainError} `not_verified` when it finds nothing | `verdict_pending` | what the rivals' verifiers say
   */
  async report(of: ReceiptOfBatch): Promise<Fault & Place> {
    const { faults, ledgers, log } = this.#ports;
    const { producer, sequence, receipt } = of;
    const { verdict, evidence } = producer === this.#options.own ? await this.#owned(of) : await this.rerun(of);
    if (verdict.verdict !== 'reject' || !verdict.reason)
      throw new LlmchainError(
        'not_verified',
        `The verifier of this member finds nothing wrong with receipt ${receipt}.`,
        {
          receipt,
        },
      );
    const finders = this.#finders(producer, await ledgers.service.get('consortium'));
    let entry = {
      producer,
      sequence,
      receipt: evidence.receipt,
      proof: evidence.proof,
      reason: verdict.reason,
      evidence: `sha256/${await faults.put(evidence)}`,
      finders,
    };
    for (let round = 1; ; round++) {
      try {
        const { result, transaction, block } = await ledgers.service.submit('inference:reportFault', entry, {
          endorsers: finders,
        });
        log.info(
          { batch: result.batch, receipt, reason: result.reason, slashed: result.slashed },
          'a fault is on the ledger',
        );
        return { ...result, transaction, block };
      } catch (error) {
        const found = producer === this.#options.own ? foundElse(error) : undefined;
        // The first time that a rival's verifier is asked it begins.
        if (round >= ROUNDS || !(found ?? isPending(error))) throw error;
        if (found) entry = { ...entry, reason: found };
        await new Promise((resolve) => setTimeout(resolve, ROUND));
      }
    }
  }

  /** An own receipt with what opens it; what is wrong with it the rivals say. */
  async #owned({ sequence, receipt: id }: ReceiptOfBatch): Promise<Examined> {
    const { openings, receipts, ledgers } = this.#ports;
    const { own } = this.#options;
    const placed = await receipts.own(id);
    if (placed?.sequence !== sequence || !placed.proof)
      throw new LlmchainError('not_found', `Batch ${batchId(own, sequence)} holds no receipt ${id}.`, { receipt: id });
    const { batch, root } = await ledgers.service.get('batch', own, ordinal(sequence));
    const { receipt, proof } = placed;
    const opening = await openings.get(id);
    return {
      verdict: { batch, root, verdict: 'reject', reason: 'tokens_mismatch', receipt: id },
      evidence: { schema: 'fault-evidence/1', batch, root, receipt, proof, opening },
    };
  }

  /** Reports what a rejected batch was rejected for. @returns whether nothing is left to do about it */
  async settle(batch: Batch, now: number): Promise<boolean> {
    const { ledgers, log } = this.#ports;
    const { own } = this.#options;
    if (batch.producer === own || !batch.electorate.includes(own)) return true;
    let over = true;
    for (const receipt of faulty(batch)) {
      const { producer, sequence } = batch;
      const key = `${batch.batch} ${receipt}`;
      const attempts = this.#attempts.get(key) ?? 0;
      if (attempts >= ATTEMPTS || (await ledgers.service.find('fault', producer, ordinal(sequence), receipt))) {
        this.#attempts.delete(key);
        continue;
      }
      try {
        await this.report({ producer, sequence, receipt });
      } catch (error) {
        // Without a verifier of its own a member leaves it to the others.
        if (error instanceof LlmchainError && error.code === 'not_supported') continue;
        over = false;
        const due = error instanceof LlmchainError ? error.details.due : undefined;
        if (typeof due !== 'number' || due <= now) this.#attempts.set(key, attempts + 1);
        log.debug({ batch: batch.batch, receipt, error: String(error) }, 'a fault is reported later');
      }
    }
    return over;
  }

  /** As many rivals of the producer as are a majority of the members: this one and the next after it. */
  #finders(producer: string, { members }: Pick<Consortium, 'members'>): string[] {
    const rivals = members.map(({ member }) => member).filter((member) => member !== producer);
    const own = Math.max(0, rivals.indexOf(this.#options.own));
    return [...rivals.slice(own), ...rivals.slice(0, own)].slice(0, Math.floor(members.length / 2) + 1).sort();
  }
}

/** Receipts that the batch was rejected for. */
function faulty({ findings = [] }: Batch): string[] {
  return [
    ...new Set(
      findings.flatMap(({ reason, receipt }) => (receipt === undefined || OF_BATCHES.has(reason) ? [] : [receipt])),
    ),
  ];
}

/** What a rival's verifier found that was asked about something else. */
function foundElse(error: unknown): RejectReason | undefined {
  if (!(error instanceof LlmchainError)) return undefined;
  const { refusals = [] } = error.details as { refusals?: { details?: { reason?: unknown } }[] };
  const found = refusals.map(({ details }) => RejectReason.safeParse(details?.reason)).find(({ success }) => success);
  return found?.data;
}

function isPending(error: unknown): boolean {
  if (!(error instanceof LlmchainError)) return false;
  const { refusals = [] } = error.details as { refusals?: { code: string }[] };
  return error.code === 'verdict_pending' || refusals.some(({ code }) => code === 'verdict_pending');
}
