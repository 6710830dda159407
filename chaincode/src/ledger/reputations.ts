import { LlmchainError, ordinal, type Batch, type BatchRef, type Reputation } from '@llmchain/protocol';
import { tallied } from '../rules/stake';
import { recorded, scored, type Judged } from '../rules/verifier-record';
import type { Draft, State } from './state';

/** Most batches that are counted at once. */
const MOST = 500;

/** Counters of what members did as producers, and as verifiers of each producer. Batches are counted after they are decided, since who decides may write no other key. */
export class Reputations {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  /**
   * Counts the producer's batches up to one; what is counted already is not counted again.
   * @throws {LlmchainError} `not_found` | `wrong_state` at a batch that is not decided | `too_large`
   */
  async tally({ producer, sequence }: BatchRef): Promise<Reputation> {
    const known = await this.#state.find('reputation', producer);
    const from = known?.next ?? 1;
    if (known && sequence < from) return known;
    if (sequence - from >= MOST)
      throw new LlmchainError(
        'too_large',
        `At most ${MOST} batches are counted at once; count up to ${from + MOST - 1}.`,
        {
          next: from,
        },
      );
    const keys = Array.from({ length: sequence - from + 1 }, (_, at) => [producer, ordinal(from + at)]);
    const batches = await this.#state.getMany('batch', keys);
    const { accepted, rejected, expired } = tallied(batches);
    const judged = await this.#judged(batches);
    return this.#change(producer, known, (before) => ({
      ...before,
      next: sequence + 1,
      accepted: before.accepted + accepted,
      rejected: before.rejected + rejected,
      expired: before.expired + expired,
      verifiers: recorded(before.verifiers, judged),
    }));
  }

  /** Batches with what rivals said of them who did not decide them. */
  async #judged(batches: readonly Batch[]): Promise<Judged[]> {
    const keys = batches.flatMap(({ producer, sequence, electorate }) =>
      electorate.map((member) => [producer, ordinal(sequence), member]),
    );
    const refusals = await this.#state.findMany('batch-refusal', keys);
    const silences = await this.#state.findMany('batch-silence', keys);
    const of = (marks: readonly ({ batch: string; member: string } | undefined)[], batch: string): string[] =>
      marks.flatMap((mark) => (mark?.batch === batch ? [mark.member] : []));
    return batches.map((batch) => ({
      ...batch,
      refused: of(refusals, batch.batch),
      silent: of(silences, batch.batch),
    }));
  }

  /** Counts a false receipt: against its producer, and for or against those who had decided on its batch. */
  async fault(batch: Batch, receipt: string, cost: number): Promise<Reputation> {
    const { producer } = batch;
    const known = await this.#state.find('reputation', producer);
    return this.#change(producer, known, (before) => ({
      ...before,
      verifiers: scored(before.verifiers, batch, receipt),
      faults: before.faults + 1,
      slashed: before.slashed + cost,
    }));
  }

  async #change(
    member: string,
    known: Reputation | undefined,
    by: <R extends Draft<'reputation'>>(before: R) => R,
  ): Promise<Reputation> {
    if (known) return this.#state.update('reputation', [member], by(known));
    const none = { accepted: 0, rejected: 0, expired: 0, verifiers: [], faults: 0, slashed: 0 };
    return this.#state.create('reputation', [member], by({ member, next: 1, ...none, owner: { member } }));
  }
}
