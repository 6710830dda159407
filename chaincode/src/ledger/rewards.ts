import {
  accountOwner,
  digestOf,
  LlmchainError,
  partOfLine,
  type RequestOf,
  type Reward,
  type RewardClaim,
} from '@llmchain/protocol';
import { demandEntry } from '../rules/claim';
import { demandFundable, demandOpen, remainder } from '../rules/reward';
import { demandTable } from '../rules/royalty';
import { ConsentReader } from './consent';
import type { Money } from './money';
import type { State } from './state';

/** Money for those whose works a dataset version holds: set aside, claimed part by part, and what is left taken back. */
export class Rewards {
  readonly #state: State;
  readonly #money: Money;
  readonly #now: number;

  constructor({ state, money, now }: { state: State; money: Money; now: number }) {
    this.#state = state;
    this.#money = money;
    this.#now = now;
  }

  /**
   * Sets money aside under a table that is worked out here, from the tokens of the version's works and their shares.
   * @throws {LlmchainError} `already_registered` | `not_found` | `invalid_argument` | `digest_mismatch` | `insufficient_credits`
   */
  async fund(entry: Omit<RequestOf<'credits:fundReward'>, 'operationId'>): Promise<Reward> {
    const { reward, dataset, version, payer, amount, table } = entry;
    if (await this.#state.find('reward', reward))
      throw new LlmchainError('already_registered', `There is a reward ${reward} already. Choose another id.`, {
        reward,
      });
    demandFundable(entry, this.#now);
    const contributions = await new ConsentReader(this.#state, this.#now).tokens({ dataset, version });
    const address = `sha256/${digestOf(demandTable(contributions, table))}`;
    if (table.address !== address)
      throw new LlmchainError('digest_mismatch', 'The address is not that of the table’s canonical JSON.', { address });
    await this.#money.spend(payer, amount);
    return this.#state.create('reward', [reward], { ...entry, state: 'open', owner: accountOwner(payer) });
  }

  /** Pays a payee its part, once. @throws {LlmchainError} `not_found` | `wrong_state` | `invalid_argument` | `digest_mismatch` */
  async claim({
    reward: id,
    payee,
    entry,
    proof,
  }: Omit<RequestOf<'credits:claimReward'>, 'operationId'>): Promise<RewardClaim> {
    const reward = await this.#state.get('reward', id);
    const before = await this.#state.find('reward-claim', id, payee);
    if (before)
      throw new LlmchainError('wrong_state', `${payee} has had its part of reward ${id} already.`, {
        reward: id,
        amount: before.amount,
      });
    demandOpen(reward);
    demandEntry(payee, reward.table, entry, proof);
    const amount = partOfLine(reward.amount, entry.start, entry.share, reward.table.total);
    await this.#money.pay(payee, amount, 'reward');
    return this.#state.create('reward-claim', [id, payee], { reward: id, payee, amount, owner: accountOwner(payee) });
  }

  /** Closes the reward. @throws {LlmchainError} `wrong_state` before the deadline, and once it is closed */
  async recover(reward: Reward): Promise<Reward> {
    const claims = await this.#state.under('reward-claim', reward.reward);
    const returned = remainder(
      reward,
      claims.map(({ amount }) => amount),
      this.#now,
    );
    await this.#money.pay(reward.payer, returned, 'refund');
    return this.#state.update('reward', [reward.reward], { ...reward, state: 'closed', returned });
  }
}
