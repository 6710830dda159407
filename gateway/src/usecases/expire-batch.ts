import type { Batch, BatchRef } from '@llmchain/protocol';
import type { Actor } from '../ports/actor';
import type { Ledgers } from '../ports/ledger';
import { throughElectorate } from './through-electorate';
import type { Place } from './transact';

/** Ends a batch whose time is over, in the name of whoever asks. */
export class ExpireBatch {
  readonly #ledgers: Ledgers;

  constructor(_options: object, ports: { ledgers: Ledgers }) {
    this.#ledgers = ports.ledgers;
  }

  /** @throws {LlmchainError} `not_found` | `wrong_state` | `unavailable` */
  async run(actor: Actor, batch: BatchRef): Promise<Batch & Place> {
    const ledger = await this.#ledgers.as(actor);
    return throughElectorate(ledger, 'inference:expireBatch', batch, ({ electorate }) => electorate);
  }
}
