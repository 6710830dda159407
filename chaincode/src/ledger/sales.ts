import { accountOwner, LlmchainError, type Account, type Sale, type SaleEntry } from '@llmchain/protocol';
import { delivered, demandBuyable, demandSaleable } from '../rules/sale';
import type { Money } from './money';
import type { State } from './state';
import { Works, type Demand } from './works';

/** Sales of works and of shares in them: delivery against payment. */
export class Sales {
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

  /** @throws {LlmchainError} `conflict` | `not_found` | `wrong_state`, and what `demand` throws for the ownership */
  async offer(entry: SaleEntry, demand: Demand): Promise<Sale> {
    if (await this.#state.find('sale', entry.sale))
      throw new LlmchainError('conflict', `There is a sale ${entry.sale} already. Choose another id.`, {
        sale: entry.sale,
      });
    const work = entry.ownership ? await this.#works.own(entry.work, demand) : await this.#works.get(entry.work);
    demandSaleable(work, entry);
    return this.#state.create('sale', [entry.sale], { ...entry, state: 'open', owner: accountOwner(entry.seller) });
  }

  /** @throws {LlmchainError} `not_found` | `wrong_state`, and what `demand` throws */
  async withdraw(id: string, demand: Demand): Promise<Sale> {
    const sale = await this.#state.get('sale', id);
    demand(sale.owner, 'This offer');
    if (sale.state !== 'open')
      throw new LlmchainError('wrong_state', `Sale ${id} is ${sale.state}.`, { state: sale.state });
    return this.#state.update('sale', [id], { ...sale, state: 'withdrawn' });
  }

  /**
   * The price leaves the buyer's account as shares and ownership go over: both or neither. Who relied on the old owner's
   * word looks again.
   * @throws {LlmchainError} `not_found` | `wrong_state` | `not_authorised` | `invalid_argument` | `insufficient_credits`
   */
  async buy(id: string, buyer: Account): Promise<Sale> {
    const sale = await this.#state.get('sale', id);
    demandBuyable(sale, buyer, this.#now);
    const before = await this.#works.get(sale.work);
    this.#demandOwned(sale, before.owner);
    const after = delivered(before, sale, buyer);
    if (sale.price > 0) {
      await this.#money.spend(buyer, sale.price);
      await this.#money.pay(sale.seller, sale.price, 'sale');
    }
    if (sale.ownership) await this.#works.advanceEpochs([before.owner]);
    await this.#works.put(after);
    return this.#state.update('sale', [id], { ...sale, state: 'sold', soldTo: buyer });
  }

  #demandOwned(sale: Sale, owner: Sale['owner']): void {
    if (!sale.ownership || (owner.member === sale.owner.member && owner.person === sale.owner.person)) return;
    throw new LlmchainError('wrong_state', 'The seller does not own this work any more.', { work: sale.work, owner });
  }
}
