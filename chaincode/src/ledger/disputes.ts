import type { Dispute, DisputeEntry, Motion, Owner } from '@llmchain/protocol';
import { demandOpen, disputed, settled, undisputed } from '../rules/dispute';
import type { State } from './state';
import { Works, type Demand } from './works';

/** Disputes over works: what is disputed nobody may rely on until the members decide. */
export class Disputes {
  readonly #state: State;
  readonly #works: Works;

  constructor({ state }: { state: State }) {
    this.#state = state;
    this.#works = new Works({ state });
  }

  /** @throws {LlmchainError} `conflict` | `not_found` | `invalid_argument` | `wrong_state` | `too_large` */
  async open(entry: DisputeEntry, claimant: Owner): Promise<Dispute> {
    await this.#state.demandNew('dispute', entry.dispute);
    const work = await this.#works.get(entry.work);
    await this.#works.put(disputed(work, entry.dispute, claimant));
    await this.#works.advanceEpochs([work.owner]);
    return this.#state.create('dispute', [entry.dispute], { ...entry, state: 'open', owner: claimant });
  }

  /** @throws {LlmchainError} `not_found` | `wrong_state`, and what `demand` throws */
  async drop(id: string, demand: Demand): Promise<Dispute> {
    const dispute = await this.#state.get('dispute', id);
    demand(dispute.owner, 'This dispute');
    demandOpen(dispute);
    await this.#works.put(undisputed(await this.#works.get(dispute.work), id));
    return this.#state.update('dispute', [id], { ...dispute, state: 'dropped' });
  }

  /**
   * What the members' decision does, checked now and written when it is called.
   * @throws {LlmchainError} `not_found` | `wrong_state` | `invalid_argument` | `too_large`
   */
  async settlement(motion: Extract<Motion, { kind: 'settleDispute' }>, proposal: string): Promise<() => Promise<void>> {
    const dispute = await this.#state.get('dispute', motion.dispute);
    demandOpen(dispute);
    const before = await this.#works.get(dispute.work);
    const after = settled(before, dispute, motion);
    return async () => {
      if (motion.outcome === 'upheld') await this.#works.advanceEpochs([before.owner]);
      await this.#works.put(after);
      await this.#state.update('dispute', [dispute.dispute], { ...dispute, state: motion.outcome, proposal });
    };
  }
}
