import { LlmchainError, ordinal, type Batch, type BatchRef } from '@llmchain/protocol';
import type { Ledgers } from '../ports/ledger';
import type { Log } from '../ports/log';
import type { BatchProgress, Said } from './batch-progress';
import type { RotateBatch } from './rotate-batch';

function saidOf(error: LlmchainError): Said[] {
  const { refusals, endorsers } = error.details as { refusals?: Said[]; endorsers?: { member: string }[] };
  if (refusals && refusals.length > 0) return refusals;
  return (endorsers ?? []).map(({ member }) => ({ member, code: error.code }));
}

type Proposal =
  | { decision: 'accept'; endorsers: string[] }
  | { decision: 'reject'; endorsers: string[]; findings: NonNullable<ReturnType<BatchProgress['findings']>> }
  | { decision: 'expire'; endorsers: string[] };

/**
 * Brings a batch to its end, whoever produced it: proposes its acceptance to those who are called upon, its rejection once
 * as many as are needed reject it, its expiry when its time is over. Who has no verdict yet is asked again later, and passed
 * over when its time is over; where one that is called upon has left the consortium, the batch's electorate is rotated first.
 */
export class DecideBatch {
  readonly #ports: { ledgers: Ledgers; rotate: RotateBatch; log: Log };

  constructor(_options: object, ports: { ledgers: Ledgers; rotate: RotateBatch; log: Log }) {
    this.#ports = ports;
  }

  /**
   * Goes as far as it can now.
   * @param progress what is known of the members' verdicts; gains what they say
   * @returns the batch as it then stands; while it is `anchored` there is something to wait for
   */
  async run(reference: BatchRef, progress: BatchProgress, now: number): Promise<Batch> {
    const { producer, sequence } = reference;
    let rotated = false;
    for (;;) {
      const batch = await this.#ports.ledgers.service.get('batch', producer, ordinal(sequence));
      const proposal = batch.state === 'anchored' ? propose(batch, progress, now) : undefined;
      if (!proposal) return batch;
      progress.asked = true;
      try {
        return await this.#submit(reference, proposal);
      } catch (error) {
        if (!(error instanceof LlmchainError)) throw error;
        const { decision, endorsers } = proposal;
        this.#ports.log.debug(
          { producer, sequence, decision, code: error.code, endorsers },
          'a batch is not decided yet',
        );
        if ('departed' in error.details && !rotated) {
          rotated = true;
          await this.#ports.rotate.runAsService(reference);
          continue;
        }
        const said = saidOf(error);
        const news = decision === 'accept' ? progress.refusedAcceptance(said, now) : progress.refusedRejection(said);
        // What is new opens another way at once; for all else there is something to wait for.
        if (!news && !(await this.#passOver(batch, progress, now))) return batch;
      }
    }
  }

  /** @returns whether somebody else is called upon now */
  async #passOver(batch: Batch, progress: BatchProgress, now: number): Promise<boolean> {
    const member = progress.overdue(batch, now);
    if (member === undefined) return false;
    const { producer, sequence } = batch;
    try {
      await this.#ports.ledgers.service.submit('inference:passOver', { producer, sequence, member });
    } catch (error) {
      if (!(error instanceof LlmchainError)) throw error;
      if (typeof error.details.due === 'number') progress.notBefore(error.details.due);
      this.#ports.log.debug({ producer, sequence, member, code: error.code }, 'a silent member is not passed over yet');
      return false;
    }
    progress.passedOver(member, now);
    this.#ports.log.warn({ producer, sequence, member }, 'a member had no verdict in time and was passed over');
    return true;
  }

  async #submit({ producer, sequence }: BatchRef, proposal: Proposal): Promise<Batch> {
    const { service } = this.#ports.ledgers;
    const { endorsers } = proposal;
    const reference = { producer, sequence };
    const submitted =
      proposal.decision === 'accept'
        ? await service.submit('inference:acceptBatch', { ...reference, verifiers: endorsers }, { endorsers })
        : proposal.decision === 'reject'
          ? await service.submit('inference:rejectBatch', { ...reference, findings: proposal.findings }, { endorsers })
          : await service.submit('inference:expireBatch', reference, { endorsers });
    this.#ports.log.info({ producer, sequence, state: submitted.result.state }, 'a batch is decided');
    return submitted.result;
  }
}

/** Rejection where enough members reject it, else acceptance; expiry when neither came about in time. */
function propose(batch: Batch, progress: BatchProgress, now: number): Proposal | undefined {
  const late = batch.deadline <= now;
  const findings = progress.findings(batch);
  const called = progress.called(batch);
  if (called && !findings && !(late && progress.asked)) return { decision: 'accept', endorsers: called };
  if (findings) return { decision: 'reject', findings, endorsers: findings.map(({ member }) => member) };
  const endorsers = late ? progress.any(batch) : undefined;
  return endorsers && { decision: 'expire', endorsers };
}
