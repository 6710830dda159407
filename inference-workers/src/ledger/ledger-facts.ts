import type { Session, Signer } from '@llmchain/protocol';
import type { Ledger } from './ledger';

/** Keys and sessions as the ledger has them. Signer records never change, so each is asked for once. */
export class LedgerFacts {
  readonly #ledger: Pick<Ledger, 'find'>;
  readonly #signers = new Map<string, Signer>();

  constructor(ledger: Pick<Ledger, 'find'>) {
    this.#ledger = ledger;
  }

  async signer(id: string): Promise<Signer | undefined> {
    const known = this.#signers.get(id);
    if (known) return known;
    const found = await this.#ledger.find('signer', id);
    if (found) this.#signers.set(id, found);
    return found;
  }

  session(id: string): Promise<Session | undefined> {
    return this.#ledger.find('session', id);
  }
}
