import { openPeriod } from '@llmchain/protocol';
import type { Ledgers } from '../ports/ledger';
import type { Log } from '../ports/log';
import { Memo } from './memo';

/** How long an answer of the ledger is believed, milliseconds. */
const BELIEF = 2_000;

/** Which workers the members have suspended, of whom nothing is ordered. */
export class Suspensions {
  readonly #ports: { ledgers: Ledgers; log: Log };
  readonly #memo = new Memo<ReadonlySet<string>>(BELIEF);
  #last: ReadonlySet<string> = new Set();

  constructor(_options: object, ports: { ledgers: Ledgers; log: Log }) {
    this.#ports = ports;
  }

  /** @returns ids of workers: from the vote on, though it counts a little later; as last heard while the ledger is away */
  async now(): Promise<ReadonlySet<string>> {
    try {
      this.#last = await this.#memo.get('all', () => this.#ask());
    } catch (error) {
      this.#ports.log.debug({ error: String(error) }, 'the ledger did not say which workers are suspended');
    }
    return this.#last;
  }

  async #ask(): Promise<ReadonlySet<string>> {
    const suspended = new Set<string>();
    for await (const suspension of this.#ports.ledgers.service.list('suspension'))
      if (openPeriod(suspension)) suspended.add(suspension.worker);
    return suspended;
  }
}
