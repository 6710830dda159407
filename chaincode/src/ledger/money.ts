import { accountOwner, LlmchainError, type Account, type Balance, type Delta } from '@llmchain/protocol';
import type { State } from './state';

/** Accounts of one transaction. Spending reads the balance alone; what comes in is a key of its own. */
export class Money {
  readonly #state: State;
  readonly #transaction: string;
  #payments = 0;

  constructor(state: State, transaction: string) {
    this.#state = state;
    this.#transaction = transaction;
  }

  /**
   * The balance, when an amount can be spent from it.
   * @throws {LlmchainError} `insufficient_credits` with what is there and what is needed
   */
  async demand(account: Account, amount: number): Promise<Balance> {
    const balance = await this.#state.find('balance', account);
    if (!balance || balance.amount < amount) {
      throw new LlmchainError(
        'insufficient_credits',
        `${account} has ${balance?.amount ?? 0} micro-credits to spend and needs ${amount}. Compact what has come in, or have credits issued.`,
        { account, available: balance?.amount ?? 0, needed: amount },
      );
    }
    return balance;
  }

  /** @throws {LlmchainError} as {@link demand} */
  async spend(account: Account, amount: number): Promise<Balance> {
    const balance = await this.demand(account, amount);
    return this.#state.update('balance', [account], { ...balance, amount: balance.amount - amount });
  }

  /** Pays in without touching the balance, so that any number of payments to one account commit together. */
  async pay(account: Account, amount: number, reason: Delta['reason']): Promise<void> {
    if (amount === 0) return;
    const number = String(this.#payments++);
    await this.#state.create('delta', [account, this.#transaction, number], {
      account,
      delta: `${this.#transaction}/${number}`,
      amount,
      reason,
      owner: accountOwner(account),
    });
  }

  /**
   * Adds to the balance itself: for rare, voted issues, and for compaction.
   * @throws {LlmchainError} `invalid_argument` when the balance would pass 2^53 − 1
   */
  async deposit(account: Account, amount: number): Promise<Balance> {
    const balance = await this.#state.find('balance', account);
    const total = (balance?.amount ?? 0) + amount;
    if (!Number.isSafeInteger(total))
      throw new LlmchainError('invalid_argument', `${account} cannot hold more than 2^53 − 1 micro-credits.`, {
        account,
      });
    return balance
      ? this.#state.update('balance', [account], { ...balance, amount: total })
      : this.#state.create('balance', [account], { account, amount: total, owner: accountOwner(account) });
  }
}
