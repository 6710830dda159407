import {
  ordinal,
  taintKey,
  type ModelAccess,
  type Batch,
  type ModelRef,
  type Session,
  type Signer,
  type Suspension,
  type Taint,
} from '@llmchain/protocol';
import type { Ledger } from './ledger';

/** Keys, sessions and taint as the ledger has them. Signer records never change, so each is asked for once. */
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

  /** Why a model version is tainted, while the ledger says that it is. */
  async taint({ model, version }: ModelRef): Promise<Taint | undefined> {
    const found = await this.#ledger.find('taint', ...taintKey({ kind: 'model', model, version }));
    return found?.state === 'tainted' ? found : undefined;
  }

  /** Whose callers may call a model version; undefined where everyone's may. */
  access({ model, version }: ModelRef): Promise<ModelAccess | undefined> {
    return this.#ledger.find('model-access', model, ordinal(version));
  }

  batch(producer: string, sequence: number): Promise<Batch | undefined> {
    return this.#ledger.find('batch', producer, ordinal(sequence));
  }

  /** When the members have suspended a worker. */
  suspension(worker: string): Promise<Suspension | undefined> {
    return this.#ledger.find('suspension', worker);
  }

  session(id: string): Promise<Session | undefined> {
    return this.#ledger.find('session', id);
  }
}
