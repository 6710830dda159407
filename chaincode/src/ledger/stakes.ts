import { LlmchainError, NO_STAKE_TERMS, ordinal, type Owner, type Stake, type StakeTerms } from '@llmchain/protocol';
import { announced, demandVouched, raised, withdrawn } from '../rules/stake';
import type { Money } from './money';
import type { State } from './state';

type Demand = (owner: Owner) => void;

/** What members put at stake for their workers: set aside from a treasury, given back to it, or slashed. */
export class Stakes {
  readonly #state: State;
  readonly #money: Money;

  constructor({ state, money }: { state: State; money: Money }) {
    this.#state = state;
    this.#money = money;
  }

  /** @throws {LlmchainError} `not_found` | `invalid_argument` | `insufficient_credits`, and whatever `demand` throws */
  async raise(worker: string, amount: number, demand: Demand): Promise<Stake> {
    const { kind, owner } = await this.#state.get('signer', worker);
    demand(owner);
    if (kind !== 'worker')
      throw new LlmchainError('invalid_argument', `${worker} signs tickets; workers alone have a stake.`, { worker });
    const stake = await this.#state.find('stake', worker);
    await this.#money.spend(`member:${owner.member}`, amount);
    return stake
      ? this.#state.update('stake', [worker], raised(stake, amount))
      : this.#state.create('stake', [worker], {
          worker,
          amount,
          faults: 0,
          slashed: 0,
          owner: { member: owner.member },
        });
  }

  /**
   * @param through the last batch that the member has anchored: an anchor that overtakes this kills it (MVCC)
   * @throws {LlmchainError} `not_found` | `wrong_state` | `insufficient_credits`, and whatever `demand` throws
   */
  async announce(
    worker: string,
    amount: number,
    { through, now, terms }: { through: number; now: number; terms: StakeTerms | undefined },
    demand: Demand,
  ): Promise<Stake> {
    const stake = await this.#of(worker, demand);
    const producer = stake.owner.member;
    const last = through === 0 || (await this.#state.find('batch-mark', producer, ordinal(through)));
    if (!last || (await this.#state.find('batch-mark', producer, ordinal(through + 1))))
      throw new LlmchainError('wrong_state', `Batch ${through} is not the last that ${producer} has anchored.`, {
        through,
      });
    const { unbondingMs } = terms ?? NO_STAKE_TERMS;
    return this.#state.update('stake', [worker], announced(stake, amount, { now, through, unbondingMs }));
  }

  /** @throws {LlmchainError} `not_found` | `wrong_state`, and whatever `demand` throws */
  async withdraw(worker: string, now: number, demand: Demand): Promise<Stake> {
    const before = await this.#of(worker, demand);
    const { member } = before.owner;
    const counted = (await this.#state.find('reputation', member))?.next ?? 1;
    const { stake, back } = withdrawn(before, counted, now);
    await this.#money.pay(`member:${member}`, back, 'stake');
    return this.#state.update('stake', [worker], stake);
  }

  /** @param workers their ids @throws {LlmchainError} as {@link demandVouched} */
  async demandVouched(producer: string, workers: readonly string[], terms: StakeTerms = NO_STAKE_TERMS): Promise<void> {
    const stakes = [];
    if (terms.minimum > 0) for (const worker of workers) stakes.push(await this.#state.find('stake', worker));
    demandVouched(producer, workers, stakes, terms);
  }

  async #of(worker: string, demand: Demand): Promise<Stake> {
    const stake = await this.#state.get('stake', worker);
    demand(stake.owner);
    return stake;
  }
}
