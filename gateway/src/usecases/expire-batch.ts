import { LlmchainError, ordinal, type Batch, type BatchRef } from '@llmchain/protocol';
import type { Actor } from '../ports/actor';
import type { Ledgers } from '../ports/ledger';
import type { Place } from './transact';

/** Ends a batch whose time is over, in the name of whoever asks. */
export class ExpireBatch {
  readonly #ledgers: Ledgers;

  constructor(_options: object, ports: { ledgers: Ledgers }) {
    this.#ledgers = ports.ledgers;
  }

  /** Endorsed by as many of the batch's rivals as it needs; others are asked while some are away. @throws {LlmchainError} `not_found` | `wrong_state` */
  async run(actor: Actor, { producer, sequence }: BatchRef): Promise<Batch & Place> {
    const ledger = await this.#ledgers.as(actor);
    const { electorate, needed } = await ledger.get('batch', producer, ordinal(sequence));
    for (let turn = 0; ; turn++) {
      const endorsers = [...electorate.slice(turn), ...electorate.slice(0, turn)].slice(0, needed);
      try {
        const submitted = await ledger.submit('inference:expireBatch', { producer, sequence }, { endorsers });
        return { ...submitted.result, transaction: submitted.transaction, block: submitted.block };
      } catch (error) {
        const away = error instanceof LlmchainError && error.code === 'unavailable';
        if (!away || turn === electorate.length - 1) throw error;
      }
    }
  }
}
