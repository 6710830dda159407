import { LlmchainError, ordinal, type BatchRef, type Reputation } from '@llmchain/protocol';
import { tallied } from '../rules/stake';
import type { Draft, State } from './state';

/** Most batches that are counted at once. */
const MOST = 500;

/** Counters of what members did as producers. Batches are counted after they are decided, since who decides may write no other key. */
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
    const { accepted, rejected, expired } = tallied(await this.#state.getMany('batch', keys));
    return this.#change(producer, known, (before) => ({
      ...before,
      next: sequence + 1,
      accepted: before.accepted + accepted,
      rejected: before.rejected + rejected,
      expired: before.expired + expired,
    }));
  }

  async fault(producer: string, cost: number): Promise<Reputation> {
    const known = await this.#state.find('reputation', producer);
    return this.#change(producer, known, (before) => ({
      ...before,
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
    const none = { accepted: 0, rejected: 0, expired: 0, faults: 0, slashed: 0 };
    return this.#state.create('reputation', [member], by({ member, next: 1, ...none, owner: { member } }));
  }
}
