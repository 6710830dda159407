import type { Actor } from '../ports/actor';
import type { Ledgers } from '../ports/ledger';

/** Whose key it is, and whom the ledger takes its holder for. */
export interface Whoami {
  key: string;
  name: string;
  session?: string;
  member: string;
  role: string | null;
  person: string | null;
  endorser: string;
}

/** Tells callers who they are. */
export class WhoAmI {
  readonly #ledgers: Ledgers;

  constructor(_options: object, ports: { ledgers: Ledgers }) {
    this.#ledgers = ports.ledgers;
  }

  /** Asks the member's own peer, so that an answer means that the holder's certificate is good. @throws {LlmchainError} `unavailable` */
  async run(actor: Actor): Promise<Whoami> {
    const ledger = await this.#ledgers.as(actor);
    const { invoker, role, person, endorser } = await ledger.query('ledger:whoami', {});
    const { key, name, session } = actor;
    return { key, name, ...(session === undefined ? {} : { session }), member: invoker, role, person, endorser };
  }
}
