import {
  grantorKey,
  LlmchainError,
  stricter,
  type Owner,
  type Preference,
  type Work,
  type WorkEntry,
} from '@llmchain/protocol';
import { demandDistinct, effective, registered } from '../rules/work';
import type { State } from './state';

/** Whether the invoker may act on what belongs to this owner; throws when not. */
export type Demand = (owner: Owner, what: string) => void;

/** Registered works, and the epochs of those who allow their use. */
export class Works {
  readonly #state: State;

  constructor({ state }: { state: State }) {
    this.#state = state;
  }

  /** @throws {LlmchainError} `invalid_argument` | `already_registered` with the holder | `not_found` for a source */
  async register(entries: readonly WorkEntry[], owner: Owner, demand: Demand): Promise<string[]> {
    demandDistinct(entries);
    const beside = entries.map(({ sha256 }) => sha256);
    for (const [index, entry] of entries.entries()) {
      const work = registered(entry, owner, index);
      const known = await this.#state.find('work', entry.sha256);
      if (known)
        throw new LlmchainError('already_registered', `This content was registered by ${grantorKey(known.owner)}.`, {
          sha256: entry.sha256,
          owner: known.owner,
        });
      if (entry.derivedFrom !== undefined) await this.#demandSource(entry.derivedFrom, beside);
      for (const other of entry.resembles ?? []) await this.#demandSource(other, beside);
      if (entry.versionOf !== undefined && !beside.includes(entry.versionOf)) {
        await this.#demandSource(entry.versionOf, beside);
        demand((await this.#state.get('work', entry.versionOf)).owner, `Work ${entry.versionOf}`);
      }
      await this.#state.create('work', [entry.sha256], work);
    }
    return beside;
  }

  /**
   * Each grantor's epoch is advanced once, and only where something is less possible than it was.
   * @throws {LlmchainError} `not_found` | `invalid_argument` when a work stands twice, and whatever `demand` throws
   */
  async prefer(changes: readonly { work: string; preference: Preference }[], demand: Demand): Promise<Work[]> {
    const ids = changes.map(({ work }) => work);
    const twice = ids.find((id, index) => ids.indexOf(id) !== index);
    if (twice !== undefined)
      throw new LlmchainError('invalid_argument', `Work ${twice} stands twice in the list. Name each once.`, {
        issues: [{ pointer: '/changes', message: 'must not repeat a work' }],
      });
    const restricted: Owner[] = [];
    const works: Work[] = [];
    for (const { work: id, preference: declared } of changes) {
      const work = await this.own(id, demand);
      const preference = effective(work, declared);
      if (stricter(preference, work.preference)) restricted.push(work.owner);
      works.push(await this.put({ ...work, preference }));
    }
    await this.advanceEpochs(restricted);
    return works;
  }

  /** @throws {LlmchainError} `not_found` | `wrong_state`, and whatever `demand` throws */
  async withdraw(id: string, demand: Demand): Promise<Work> {
    const work = await this.own(id, demand);
    if (work.state === 'withdrawn')
      throw new LlmchainError('wrong_state', 'This work is withdrawn already.', { work: id });
    await this.advanceEpochs([work.owner]);
    return this.put({ ...work, state: 'withdrawn' });
  }

  get(id: string): Promise<Work> {
    return this.#state.get('work', id);
  }

  /** @throws {LlmchainError} `not_found`, and whatever `demand` throws */
  async own(id: string, demand: Demand): Promise<Work> {
    const work = await this.get(id);
    demand(work.owner, `Work ${id}`);
    return work;
  }

  put(work: Work): Promise<Work> {
    return this.#state.update('work', [work.sha256], work);
  }

  /** From now on nobody may rely on what these grantors allowed before without looking again. */
  async advanceEpochs(owners: readonly Owner[]): Promise<void> {
    const grantors = new Map(owners.map((owner) => [grantorKey(owner), owner]));
    for (const [key, owner] of grantors) {
      const before = await this.#state.find('epoch', key);
      await (before
        ? this.#state.update('epoch', [key], { ...before, epoch: before.epoch + 1 })
        : this.#state.create('epoch', [key], { owner, epoch: 1 }));
    }
  }

  async #demandSource(source: string, beside: readonly string[]): Promise<void> {
    if (beside.includes(source) || (await this.#state.find('work', source))) return;
    throw new LlmchainError(
      'not_found',
      `The work ${source} that this one comes from is not registered. Register it first.`,
      { type: 'work', id: source },
    );
  }
}
