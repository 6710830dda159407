import {
  culprit,
  NO_STAKE_TERMS,
  ordinal,
  type Batch,
  type Consortium,
  type Fault,
  type FaultEntry,
  type Stake,
} from '@llmchain/protocol';
import { demandFinders, demandIncluded, demandLasting, penalty } from '../rules/fault';
import { slashed } from '../rules/stake';
import type { Money } from './money';
import { Reputations } from './reputations';
import { Sessions } from './sessions';
import type { State } from './state';

/** False receipts of decided batches: each costs its worker's stake once, and its caller has the price back. */
export class Faults {
  readonly #state: State;
  readonly #money: Money;
  readonly #now: number;

  constructor({ state, money, now }: { state: State; money: Money; now: number }) {
    this.#state = state;
    this.#money = money;
    this.#now = now;
  }

  async find({ producer, sequence }: FaultEntry, receipt: string): Promise<Fault | undefined> {
    return this.#state.find('fault', producer, ordinal(sequence), receipt);
  }

  /**
   * What may be judged: the batch, and the receipt's id.
   * @throws {LlmchainError} `not_found` | `digest_mismatch`
   */
  async subject({ producer, sequence, receipt, proof }: FaultEntry): Promise<{ batch: Batch; id: string }> {
    const batch = await this.#state.get('batch', producer, ordinal(sequence));
    return { batch, id: demandIncluded(batch, receipt, proof) };
  }

  /** That it could be reported now. @returns the finders, sorted @throws {LlmchainError} `wrong_state` | `invalid_argument` */
  demandDue(batch: Batch, { reason, finders }: FaultEntry, consortium: Consortium): string[] {
    demandLasting(batch, reason, this.#now);
    return demandFinders(batch, finders, consortium);
  }

  /** Takes the penalty, pays it out and writes the fault down, in one. */
  async record(entry: FaultEntry, batch: Batch, id: string, consortium: Consortium, reporter: string): Promise<Fault> {
    const { producer, sequence, receipt } = entry;
    const decided = demandLasting(batch, entry.reason, this.#now);
    const worker = culprit(batch, receipt);
    const stake = await this.#stakeOf(producer, worker);
    const { session } = receipt.body.ticket.body;
    const paid = decided === 'accepted' ? await this.#paid(batch, session, receipt.body.amount) : 0;
    const finders = demandFinders(batch, entry.finders, consortium);
    const cost = penalty(stake?.amount ?? 0, paid, consortium.stake ?? NO_STAKE_TERMS, finders);
    if (cost.refund > 0)
      await new Sessions({ state: this.#state, money: this.#money }).compensate(session, cost.refund);
    for (const { member, amount } of cost.finders) await this.#money.pay(`member:${member}`, amount, 'slash');
    await this.#money.pay('consortium', cost.consortium, 'slash');
    const loss = cost.finders.reduce((sum, { amount }) => sum + amount, cost.consortium);
    if (stake) await this.#state.update('stake', [worker], slashed(stake, cost.refund + loss));
    await new Reputations(this.#state).fault(batch, id, cost.refund + loss);
    return this.#state.create('fault', [producer, ordinal(sequence), id], {
      ...entry,
      finders,
      batch: batch.batch,
      root: batch.root,
      id,
      worker,
      decided,
      session,
      refund: cost.refund,
      slashed: loss,
      owner: { member: reporter },
    });
  }

  async #stakeOf(producer: string, worker: string): Promise<Stake | undefined> {
    const stake = await this.#state.find('stake', worker);
    return stake?.owner.member === producer ? stake : undefined;
  }

  /** No more than the batch has drawn from the session. */
  async #paid({ producer, sequence }: Batch, session: string, amount: number): Promise<number> {
    const debit = await this.#state.find('debit', producer, ordinal(sequence), session);
    return Math.min(amount, debit?.amount ?? 0);
  }
}
