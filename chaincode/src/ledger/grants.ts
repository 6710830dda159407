import { ordinal, type Grant, type GrantEntry, type GrantSubject, type Owner } from '@llmchain/protocol';
import { decided, demandGranted, demandPast, demandRequest } from '../rules/grant';
import type { State } from './state';
import type { Demand } from './works';

/** Leave to read, from the request to its end. */
export class Grants {
  readonly #state: State;
  readonly #now: number;

  constructor({ state, now }: { state: State; now: number }) {
    this.#state = state;
    this.#now = now;
  }

  /** @throws {LlmchainError} `conflict` | `not_found` | `invalid_argument` */
  async request(entry: GrantEntry, member: string): Promise<Grant> {
    await this.#state.demandNew('grant', entry.grant);
    demandRequest(entry, await this.#ownerOf(entry.subject), member, this.#now);
    return this.#state.create('grant', [entry.grant], {
      ...entry,
      grantee: member,
      state: 'requested',
      owner: { member },
    });
  }

  /** @throws {LlmchainError} `not_found` | `wrong_state` | `invalid_argument`, and what `demand` throws */
  async decide(
    id: string,
    decision: { approve: boolean; until?: number | null | undefined },
    demand: Demand,
  ): Promise<Grant> {
    return this.#put(decided(await this.#owned(id, demand), decision, this.#now));
  }

  /** By whoever owns the subject now. @throws {LlmchainError} `not_found` | `wrong_state`, and what `demand` throws */
  async revoke(id: string, demand: Demand): Promise<Grant> {
    const grant = await this.#owned(id, demand);
    demandGranted(grant);
    return this.#put({ ...grant, state: 'revoked' });
  }

  /** Idempotent by the grant's state. @throws {LlmchainError} `not_found` | `wrong_state` */
  async expire(id: string): Promise<Grant> {
    const grant = await this.#state.get('grant', id);
    if (grant.state === 'expired') return grant;
    demandPast(grant, this.#now);
    return this.#put({ ...grant, state: 'expired' });
  }

  async #owned(id: string, demand: Demand): Promise<Grant> {
    const grant = await this.#state.get('grant', id);
    demand(await this.#ownerOf(grant.subject), `What grant ${id} is about`);
    return grant;
  }

  async #ownerOf(subject: GrantSubject): Promise<Owner> {
    const { owner } =
      subject.kind === 'work'
        ? await this.#state.get('work', subject.work)
        : await this.#state.get('dataset-version', subject.dataset, ordinal(subject.version));
    return owner;
  }

  #put(grant: Grant): Promise<Grant> {
    return this.#state.update('grant', [grant.grant], grant);
  }
}
