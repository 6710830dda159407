import { ordinal, type Reputation, type Stake } from '@llmchain/protocol';
import type { Actor } from '../ports/actor';
import type { Membership } from '../ports/consortium';
import type { Ledger, Ledgers } from '../ports/ledger';
import { collect } from './concurrency';
import { operationOf } from './operation';
import type { Place } from './transact';

/** Batches that one transaction counts. */
const TALLIED_AT_ONCE = 500;

/** What the member puts at stake for its workers, and takes back when it vouches for nothing any more. */
export class Stakes {
  readonly #options: Pick<Membership, 'own'>;
  readonly #ledgers: Ledgers;

  constructor(options: Pick<Membership, 'own'>, ports: { ledgers: Ledgers }) {
    this.#options = options;
    this.#ledgers = ports.ledgers;
  }

  /** Gives notice of a withdrawal. @throws {LlmchainError} `not_found` | `wrong_state` | `insufficient_credits` */
  async announce(
    actor: Actor,
    { worker, amount }: { worker: string; amount: number },
    operationId?: string,
  ): Promise<Stake & Place> {
    const ledger = await this.#ledgers.as(actor);
    const marks = await collect(this.#ledgers.service.list('batch', this.#options.own));
    const through = marks.reduce((last, { sequence }) => Math.max(last, sequence), 0);
    const request = { operationId: operationOf(operationId), worker, amount, through };
    const { result, transaction, block } = await ledger.submit('inference:unstake', request);
    return { ...result, transaction, block };
  }

  /**
   * Takes back what was announced, after the batches that it vouched for are counted.
   * @throws {LlmchainError} `not_found` | `wrong_state` before its time, or while one of those batches is open
   */
  async withdraw(actor: Actor, worker: string, operationId?: string): Promise<Stake & Place> {
    const ledger = await this.#ledgers.as(actor);
    const { unbonding, owner } = await ledger.get('stake', worker);
    if (unbonding && unbonding.until <= Date.now()) await this.#tally(ledger, owner.member, unbonding.through);
    const request = { operationId: operationOf(operationId), worker };
    const { result, transaction, block } = await ledger.submit('inference:withdrawStake', request);
    return { ...result, transaction, block };
  }

  /** Counts a producer's batches as far as they are decided. @returns undefined while it has none */
  async count(producer: string): Promise<Reputation | undefined> {
    const ledger = this.#ledgers.service;
    const { next = 1 } = (await ledger.find('reputation', producer)) ?? {};
    let upTo = next - 1;
    for (; upTo - next < TALLIED_AT_ONCE - 1; upTo++) {
      const batch = await ledger.find('batch', producer, ordinal(upTo + 1));
      if (!batch || batch.state === 'anchored') break;
    }
    if (upTo >= next) await this.#tally(ledger, producer, upTo);
    return ledger.find('reputation', producer);
  }

  async #tally(ledger: Ledger, producer: string, through: number): Promise<void> {
    const { next = 1 } = (await ledger.find('reputation', producer)) ?? {};
    for (let from = next; from <= through; from += TALLIED_AT_ONCE) {
      const sequence = Math.min(through, from + TALLIED_AT_ONCE - 1);
      await ledger.submit('inference:tally', { producer, sequence });
    }
  }
}
