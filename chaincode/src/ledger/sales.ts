import { accountOwner, LlmchainError, type Account, type Sale, type SaleEntry } from '@llmchain/protocol';
import { delivered, demandBuyable, demandSaleable } from '../rules/sale';
import type { Dealings } from './dealings';
import { Works, type Demand } from './works';

/** Sales of works and of shares in them: delivery against payment. */
export class Sales {
  readonly #ledger: Dealings;
  readonly #works: Works;

  constructor(ledger: Dealings) {
    this.#ledger = ledger;
    this.#works = new Works(ledger);
  }

  /** @throws {LlmchainError} `conflict` | `not_found` | `wrong_state`, and what `demand` throws for the ownership */
  async offer(entry: SaleEntry, demand: Demand): Promise<Sale> {
    await this.#ledger.state.demandNew('sale', entry.sale);
    const work = entry.ownership ? await this.#works.own(entry.work, demand) : await this.#works.get(entry.work);
    demandSaleable(work, entry);
    return this.#ledger.state.create('sale', [entry.sale], {
      ...entry,
      state: 'open',
      owner: accountOwner(entry.seller),
    });
  }

  /** @throws {LlmchainError} `not_found` | `wrong_state`, and what `demand` throws */
  async withdraw(id: string, demand: Demand): Promise<Sale> {
    const sale = await this.#ledger.state.get('sale', id);
    demand(sale.owner, 'This offer');
    if (sale.state !== 'open')
      throw new LlmchainError('wrong_state', `Sale ${id} is ${sale.state}.`, { state: sale.state });
    return this.#ledger.state.update('sale', [id], { ...sale, state: 'withdrawn' });
  }

  /**
   * The price leaves the buyer's account as shares and ownership go over: both or neither. Who relied on the old owner's
   * word looks again.
   * @throws {LlmchainError} `not_found` | `wrong_state` | `not_authorised` | `invalid_argument` | `insufficient_credits`
   */
  async buy(id: string, buyer: Account): Promise<Sale> {
    const sale = await this.#ledger.state.get('sale', id);
    demandBuyable(sale, buyer, this.#ledger.now);
    const before = await this.#works.get(sale.work);
    this.#demandOwned(sale, before.owner);
    const after = delivered(before, sale, buyer);
    if (sale.price > 0) {
      await this.#ledger.money.spend(buyer, sale.price);
      await this.#ledger.money.pay(sale.seller, sale.price, 'sale');
    }
    if (sale.ownership) await this.#works.advanceEpochs([before.owner]);
    await this.#works.put(after);
    return this.#ledger.state.update('sale', [id], { ...sale, state: 'sold', soldTo: buyer });
  }

  #demandOwned(sale: Sale, owner: Sale['owner']): void {
    if (!sale.ownership || (owner.member === sale.owner.member && owner.person === sale.owner.person)) return;
    throw new LlmchainError('wrong_state', 'The seller does not own this work any more.', { work: sale.work, owner });
  }
}
