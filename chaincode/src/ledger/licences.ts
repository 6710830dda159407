import { LlmchainError, ownerAccount, type Licence, type LicenceEntry, type Owner } from '@llmchain/protocol';
import {
  demandAcceptable,
  demandLicensable,
  demandOver,
  demandRead,
  demandRevocable,
  demandTerm,
  licensed,
} from '../rules/licence';
import type { Money } from './money';
import type { State } from './state';
import { Works, type Demand } from './works';

/** Licences of works, from the offer to their end. */
export class Licences {
  readonly #state: State;
  readonly #money: Money;
  readonly #now: number;
  readonly #works: Works;

  constructor({ state, money, now }: { state: State; money: Money; now: number }) {
    this.#state = state;
    this.#money = money;
    this.#now = now;
    this.#works = new Works({ state });
  }

  /** @throws {LlmchainError} `invalid_argument` | `conflict` | `not_found` | `wrong_state`, and what `demand` throws */
  async offer(entry: LicenceEntry, owner: Owner, demand: Demand): Promise<Licence> {
    demandTerm(entry, this.#now);
    if (await this.#state.find('licence', entry.licence))
      throw new LlmchainError('conflict', `There is a licence ${entry.licence} already. Choose another id.`, {
        licence: entry.licence,
      });
    for (const id of entry.works) demandLicensable(await this.#works.own(id, demand), entry.uses);
    return this.#state.create('licence', [entry.licence], { ...entry, owner, state: 'offered' });
  }

  /**
   * The member pays and is licensed. An exclusive offer to everyone is from now on the licence of who took it.
   * @param terms digest of the private terms that the buyer read
   * @throws {LlmchainError} `not_found` | `wrong_state` | `not_authorised` | `licence_expired` | `digest_mismatch` |
   * `insufficient_credits`
   */
  async accept(id: string, member: string, terms: string | undefined): Promise<Licence> {
    const offer = await this.#state.get('licence', id);
    demandAcceptable(offer, member, this.#now);
    demandRead(offer, terms);
    const active: Licence = {
      ...offer,
      state: 'active',
      acceptedBy: member,
      licensee: offer.exclusive ? member : offer.licensee,
    };
    const known = new Map<string, Licence>();
    for (const digest of offer.works) {
      const work = await this.#works.get(digest);
      const held: Licence[] = [];
      for (const other of work.licences) {
        if (!known.has(other)) known.set(other, await this.#state.get('licence', other));
        held.push(known.get(other)!);
      }
      await this.#works.put(licensed(work, active, held, this.#now));
    }
    if (offer.price > 0) {
      await this.#money.spend(`member:${member}`, offer.price);
      await this.#money.pay(ownerAccount(offer.owner), offer.price, 'licence');
    }
    return this.#put(active);
  }

  /**
   * By whoever owns all its works now: with a work goes the right to take its licences back.
   * @throws {LlmchainError} `not_found` | `wrong_state`, and what `demand` throws
   */
  async revoke(id: string, demand: Demand): Promise<Licence> {
    const licence = await this.#state.get('licence', id);
    demandRevocable(licence);
    await this.#works.advanceEpochs(await this.#owners(licence, demand));
    return this.#put({ ...licence, state: 'revoked' });
  }

  /** Idempotent by the licence's state. @throws {LlmchainError} `not_found` | `wrong_state` */
  async expire(id: string): Promise<Licence> {
    const licence = await this.#state.get('licence', id);
    if (licence.state === 'expired') return licence;
    demandOver(licence, this.#now);
    if (licence.state === 'active') await this.#works.advanceEpochs(await this.#owners(licence));
    return this.#put({ ...licence, state: 'expired' });
  }

  async #owners(licence: Licence, demand?: Demand): Promise<Owner[]> {
    const owners: Owner[] = [];
    for (const work of licence.works) {
      const { owner } = await this.#works.get(work);
      demand?.(owner, `Work ${work} of this licence`);
      owners.push(owner);
    }
    return owners;
  }

  #put(licence: Licence): Promise<Licence> {
    return this.#state.update('licence', [licence.licence], licence);
  }
}
