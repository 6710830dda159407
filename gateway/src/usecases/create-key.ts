import { randomBytes } from 'node:crypto';
import type { Actor, Role } from '../ports/actor';
import type { ApiKeys } from '../ports/api-keys';
import type { Enrolment } from '../ports/enrolment';
import { hashOfKey } from './authenticate';
import type { FundSessions } from './fund-sessions';
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

/** Makes an API key and an identity for its holder and, with credits, a prepaid session on the ledger. */
export class CreateKey {
  readonly #ports: { keys: ApiKeys; enrolment: Enrolment; fundSessions: FundSessions };

  constructor(_options: object, ports: { keys: ApiKeys; enrolment: Enrolment; fundSessions: FundSessions }) {
    this.#ports = ports;
  }

  /** @throws {LlmchainError} `insufficient_credits` when the treasury has too little; no key is left behind then */
  async run(administrator: Actor, order: KeyOrder): Promise<CreatedKey> {
    const { keys, enrolment, fundSessions } = this.#ports;
    const id = `key-${randomBytes(10).toString('hex')}`;
    const key = `lk_${randomBytes(32).toString('base64url')}`;
    const session = order.credits === undefined ? undefined : `ses-${id}`;
    const actor: Actor = { key: id, role: order.role, name: order.name, ...(session ? { session } : {}) };
    await enrolment.enrol(actor);
    try {
      // The row comes before the money: nobody holds the key yet, and no credit can lie in a session without a key.
      await keys.add(actor, hashOfKey(key));
      if (session && order.credits !== undefined) {
        const funding = { key: id, session, amount: order.credits };
        await fundSessions.fund(administrator, funding, derivedOperation('open-session', session));
      }
    } catch (error) {
      await keys.remove(id);
      await enrolment.forget(id);
      throw error;
    }
    return { id, key, ...(session ? { session } : {}) };
  }
}
