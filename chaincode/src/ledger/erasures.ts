import { LlmchainError, type Attestation, type AttestationEntry, type Erasure } from '@llmchain/protocol';
import { demandAttestable } from '../rules/erasure';
import type { State } from './state';
import { Works, type Demand } from './works';

/** Erasure of works' content, and what each member says of its copy. */
export class Erasures {
  readonly #state: State;
  readonly #now: number;
  readonly #works: Works;

  constructor({ state, now }: { state: State; now: number }) {
    this.#state = state;
    this.#now = now;
    this.#works = new Works({ state });
  }

  /** @throws {LlmchainError} `not_found` | `wrong_state` when it was asked for before, and whatever `demand` throws */
  async ask(id: string, demand: Demand): Promise<Erasure> {
    const work = await this.#works.own(id, demand);
    if (await this.#state.find('erasure', id))
      throw new LlmchainError('wrong_state', 'The erasure of this work was asked for already.', { work: id });
    if (work.state !== 'withdrawn') await this.#works.withdraw(id, demand);
    return this.#state.create('erasure', [id], { work: id, requested: this.#now, owner: work.owner });
  }

  /**
   * What was attested stands, but that a member gives up a copy that it had retained.
   * @throws {LlmchainError} `wrong_state` without an erasure, or when another outcome stands
   */
  async attest(entry: AttestationEntry, member: string): Promise<Attestation> {
    if (!(await this.#state.find('erasure', entry.work)))
      throw new LlmchainError('wrong_state', `Nobody has asked for the erasure of work ${entry.work}.`, {
        work: entry.work,
      });
    const work = await this.#works.get(entry.work);
    const licence = entry.licence === undefined ? undefined : await this.#state.find('licence', entry.licence);
    demandAttestable(entry, work, licence, member, this.#now);
    const key = [entry.work, member];
    const before = await this.#state.find('attestation', ...key);
    if (before && (before.outcome !== 'retained' || entry.outcome === 'retained')) {
      if (before.outcome === entry.outcome) return before;
      throw new LlmchainError('wrong_state', `${member} has attested already: ${before.outcome}.`, {
        work: entry.work,
        outcome: before.outcome,
      });
    }
    const { licence: _, ...former } = before ?? {};
    const attested = { ...entry, member, attested: this.#now, owner: { member } };
    return before
      ? this.#state.update('attestation', key, { ...(former as Attestation), ...attested })
      : this.#state.create('attestation', key, attested);
  }
}
