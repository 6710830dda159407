import { ownerAccount, type Licence, type LicenceEntry, type Owner } from '@llmchain/protocol';
import {
  demandAcceptable,
  demandLicensable,
  demandOver,
  demandRead,
  demandRevocable,
  demandTerm,
  licensed,
} from '../rules/licence';
import type { Dealings } from './dealings';
import { Works, type Demand } from './works';

/** Licences of works, from the offer to their end. */
export class Licences {
  readonly #ledger: Dealings;
  readonly #works: Works;

  constructor(ledger: Dealings) {
    this.#ledger = ledger;
    this.#works = new Works(ledger);
  }

  /** @throws {LlmchainError} `invalid_argument` | `conflict` | `not_found` | `wrong_state`, and what `demand` throws */
  async offer(entry: LicenceEntry, owner: Owner, demand: Demand): Promise<Licence> {
    demandTerm(entry, this.#ledger.now);
    await this.#ledger.state.demandNew('licence', entry.licence);
    for (const id of entry.works) demandLicensable(await this.#works.own(id, demand), entry.uses);
    return this.#ledger.state.create('licence', [entry.licence], { ...entry, owner, state: 'offered' });
  }

  /**
   * The member pays and is licensed. An exclusive offer to everyone is from now on the licence of who took it.
   * @param terms digest of the private terms that the buyer read
   * @throws {LlmchainError} `not_found` | `wrong_state` | `not_authorised` | `licence_expired` | `digest_mismatch` |
   * `insufficient_credits`
   */
  async accept(id: string, member: string, terms: string | undefined): Promise<Licence> {
    const offer = await this.#ledger.state.get('licence', id);
    demandAcceptable(offer, member, this.#ledger.now);
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
        if (!known.has(other)) known.set(other, await this.#ledger.state.get('licence', other));
        held.push(known.get(other)!);
      }
      await this.#works.put(licensed(work, active, held, this.#ledger.now));
    }
    if (offer.price > 0) {
      await this.#ledger.money.spend(`member:${member}`, offer.price);
      await this.#ledger.money.pay(ownerAccount(offer.owner), offer.price, 'licence');
    }
    return this.#put(active);
  }

  /**
   * By whoever owns all its works now: with a work goes the right to take its licences back.
   * @throws {LlmchainError} `not_found` | `wrong_state`, and what `demand` throws
   */
  async revoke(id: string, demand: Demand): Promise<Licence> {
    const licence = await this.#ledger.state.get('licence', id);
    demandRevocable(licence);
    await this.#works.advanceEpochs(await this.#owners(licence, demand));
    return this.#put({ ...licence, state: 'revoked' });
  }

  /** Idempotent by the licence's state. @throws {LlmchainError} `not_found` | `wrong_state` */
  async expire(id: string): Promise<Licence> {
    const licence = await this.#ledger.state.get('licence', id);
    if (licence.state === 'expired') return licence;
    demandOver(licence, this.#ledger.now);
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
    return this.#ledger.state.update('licence', [licence.licence], licence);
  }
}
