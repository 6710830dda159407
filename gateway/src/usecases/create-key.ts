import { randomBytes } from 'node:crypto';
import { LlmchainError, type Account } from '@llmchain/protocol';
import type { Actor, Role } from '../ports/actor';
import type { ApiKeys } from '../ports/api-keys';
import type { Membership } from '../ports/consortium';
import type { Enrolment } from '../ports/enrolment';
import type { Ledger, Ledgers } from '../ports/ledger';
import type { Sessions } from '../ports/sessions';
import { hashOfKey } from './authenticate';
import { derivedOperation } from './operation';

export interface KeyOrder {
  role: Role;
  name: string;
  /** Micro-credits that the member's treasury puts into a prepaid session for the key. */
  credits?: number | undefined;
}

export interface CreatedKey {
  id: string;
  /** Shown this once. */
  key: string;
  session?: string;
}

/** Deltas that one compaction takes. */
const COMPACTED_AT_ONCE = 500;

/** Makes an API key and an identity for its holder and, with credits, a prepaid session on the ledger. */
export class CreateKey {
  readonly #options: Membership;
  readonly #ports: { keys: ApiKeys; enrolment: Enrolment; ledgers: Ledgers; sessions: Sessions };

  constructor(
    options: Membership,
    ports: { keys: ApiKeys; enrolment: Enrolment; ledgers: Ledgers; sessions: Sessions },
  ) {
    this.#options = options;
    this.#ports = ports;
  }

  /** @throws {LlmchainError} `insufficient_credits` when the treasury has too little; no key is left behind then */
  async run(administrator: Actor, order: KeyOrder): Promise<CreatedKey> {
    const { keys, enrolment } = this.#ports;
    const id = `key-${randomBytes(10).toString('hex')}`;
    const key = `lk_${randomBytes(32).toString('base64url')}`;
    const session = order.credits === undefined ? undefined : `ses-${id}`;
    const actor: Actor = { key: id, role: order.role, name: order.name, ...(session ? { session } : {}) };
    await enrolment.enrol(actor);
    try {
      // The row comes before the money: nobody holds the key yet, and no credit can lie in a session without a key.
      await keys.add(actor, hashOfKey(key));
      if (session && order.credits !== undefined) await this.#fund(administrator, id, session, order.credits);
    } catch (error) {
      await keys.remove(id);
      await enrolment.forget(id);
      throw error;
    }
    return { id, key, ...(session ? { session } : {}) };
  }

  async #fund(administrator: Actor, caller: string, session: string, amount: number): Promise<void> {
    const ledger = await this.#ports.ledgers.as(administrator);
    await this.#gather(ledger, amount);
    const request = { operationId: derivedOperation('open-session', session), session, caller, amount };
    for (let attempt = 1; ; attempt++) {
      try {
        await ledger.submit('inference:openSession', request);
        break;
      } catch (error) {
        // The same operation again: the ledger answers with the first result if there was one.
        if (!(error instanceof LlmchainError) || error.code !== 'commit_unknown' || attempt === 3) throw error;
      }
    }
    await this.#ports.sessions.open(session, amount);
  }

  /** Compacts what the treasury has received until it can spend the amount. */
  async #gather(ledger: Ledger, amount: number): Promise<void> {
    const account: Account = `member:${this.#options.own}`;
    for (;;) {
      const state = await ledger.query('credits:account', { account });
      if (state.balance >= amount || state.deltas.length === 0) return;
      const deltas = state.deltas.slice(0, COMPACTED_AT_ONCE);
      await ledger.submit('credits:compact', {
        operationId: derivedOperation('compact', account, ...deltas),
        account,
        deltas,
      });
    }
  }
}
