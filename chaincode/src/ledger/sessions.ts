import { LlmchainError, ordinal, type BatchRef, type Owner, type Session } from '@llmchain/protocol';
import { closed, drawnOn, reclaimed, toppedUp } from '../rules/session';
import type { Money } from './money';
import type { State } from './state';

/** Whether the invoker may use a session of this owner; throws when not. */
type Demand = (owner: Owner) => void;

/** Prepaid sessions: set aside from a treasury, drawn on by batches, given back to the treasury. */
export class Sessions {
  readonly #state: State;
  readonly #money: Money;

  constructor({ state, money }: { state: State; money: Money }) {
    this.#state = state;
    this.#money = money;
  }

  /** @throws {LlmchainError} `already_registered` | `insufficient_credits` */
  async open(session: string, caller: string, amount: number, owner: Owner): Promise<Session> {
    if (await this.#state.find('session', session))
      throw new LlmchainError('already_registered', `There is a session ${session} already. Choose another id.`, {
        session,
      });
    await this.#money.spend(`member:${owner.member}`, amount);
    return this.#state.create('session', [session], {
      session,
      caller,
      escrow: amount,
      reserved: 0,
      state: 'open',
      owner,
    });
  }

  /** @throws {LlmchainError} `not_found` | `wrong_state` | `insufficient_credits`, and whatever `demand` throws */
  async topUp(id: string, amount: number, demand: Demand): Promise<Session> {
    const session = await this.#of(id, demand);
    const next = toppedUp(session, amount);
    await this.#money.spend(`member:${session.owner.member}`, amount);
    return this.#state.update('session', [id], next);
  }

  /** @throws {LlmchainError} `not_found` | `wrong_state`, and whatever `demand` throws */
  async close(id: string, demand: Demand): Promise<Session> {
    const { session, back } = closed(await this.#of(id, demand));
    return this.#giveBack(session, back);
  }

  /** @throws {LlmchainError} `not_found` | `wrong_state` | `insufficient_credits` */
  async draw(id: string, amount: number): Promise<void> {
    await this.#state.update('session', [id], drawnOn(await this.#state.get('session', id), amount));
  }

  /**
   * Takes back what released debits had drawn, each debit once. The debit's own key is its verifiers' to change, so that
   * it was taken back is said by a key beside it.
   * @throws {LlmchainError} `not_found` | `wrong_state` | `invalid_argument`, and whatever `demand` throws
   */
  async reclaim(id: string, batches: readonly BatchRef[], demand: Demand): Promise<Session> {
    const session = await this.#of(id, demand);
    if (new Set(batches.map(({ producer, sequence }) => `${producer}/${sequence}`)).size !== batches.length)
      throw new LlmchainError('invalid_argument', 'A batch stands twice in the list. Name each once.', {
        issues: [{ pointer: '/batches', message: 'must not repeat' }],
      });
    let sum = 0;
    for (const { producer, sequence } of batches) {
      const key = [producer, ordinal(sequence), id];
      const { batch, amount, state } = await this.#state.get('debit', ...key);
      if (state !== 'released')
        throw new LlmchainError('wrong_state', `Batch ${batch} was neither rejected nor expired.`, { batch, state });
      if (await this.#state.find('reclaim', ...key))
        throw new LlmchainError('wrong_state', `What batch ${batch} had drawn was taken back already.`, { batch });
      await this.#state.create('reclaim', key, { session: id, batch, amount, owner: session.owner });
      sum += amount;
    }
    const { session: next, back } = reclaimed(session, sum);
    return this.#giveBack(next, back);
  }

  /** Gives it what a fault of a worker had cost; out of a closed session that goes to the owner. */
  async compensate(id: string, amount: number): Promise<void> {
    const session = await this.#state.get('session', id);
    if (session.state === 'closed') await this.#money.pay(`member:${session.owner.member}`, amount, 'refund');
    else await this.#state.update('session', [id], toppedUp(session, amount));
  }

  async #of(id: string, demand: Demand): Promise<Session> {
    const session = await this.#state.get('session', id);
    demand(session.owner);
    return session;
  }

  async #giveBack(session: Session, amount: number): Promise<Session> {
    await this.#money.pay(`member:${session.owner.member}`, amount, 'refund');
    return this.#state.update('session', [session.session], session);
  }
}
