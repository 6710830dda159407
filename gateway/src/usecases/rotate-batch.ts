import type { Batch, BatchRef, Consortium } from '@llmchain/protocol';
import type { Actor } from '../ports/actor';
import type { Ledger, Ledgers } from '../ports/ledger';
import { throughElectorate } from './through-electorate';
import type { Place } from './transact';

/** Whether somebody of a batch's electorate has left the consortium. */
export function isStale({ electorate }: Pick<Batch, 'electorate'>, { members }: Pick<Consortium, 'members'>): boolean {
  return electorate.some((one) => !members.some(({ member }) => member === one));
}

/** Puts the members of now into the place of an open batch's electorate after somebody has left. */
export class RotateBatch {
  readonly #ledgers: Ledgers;

  constructor(_options: object, ports: { ledgers: Ledgers }) {
    this.#ledgers = ports.ledgers;
  }

  /** In the name of whoever asks. @throws {LlmchainError} `not_found` | `unavailable` */
  async run(actor: Actor, batch: BatchRef): Promise<Batch & Place> {
    return this.#rotate(await this.#ledgers.as(actor), batch);
  }

  /** In the gateway's own name. @throws {LlmchainError} as {@link run} */
  async runAsService(batch: BatchRef): Promise<Batch & Place> {
    return this.#rotate(this.#ledgers.service, batch);
  }

  /** The old electorate endorses it: those first who are members still, since the others may be gone for good. */
  async #rotate(ledger: Ledger, batch: BatchRef): Promise<Batch & Place> {
    const { members } = await ledger.get('consortium');
    const present = (one: string): boolean => members.some(({ member }) => member === one);
    return throughElectorate(ledger, 'inference:rotateBatch', batch, ({ electorate }) => [
      ...electorate.filter(present),
      ...electorate.filter((one) => !present(one)),
    ]);
  }
}
