import { randomBytes } from 'node:crypto';
import { digestOf, LlmchainError, REMEDY } from '@llmchain/protocol';
import type { Actor, Role } from '../ports/actor';
import type { ApiKeys } from '../ports/api-keys';
import type { Enrolment } from '../ports/enrolment';
import type { Operations } from '../ports/operations';
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

/** What an operation id stands for: the key's id, and whether the key was made whole. */
interface Plan {
  key: string;
  made: boolean;
}

interface CreateKeyPorts {
  keys: ApiKeys;
  enrolment: Enrolment;
  operations: Operations;
  fundSessions: FundSessions;
}

/**
 * Makes an API key and an identity for its holder and, with credits, a prepaid session on the ledger.
 *
 * Only a digest of the secret is kept, so that a repeated call cannot show the same one again. It gives the same key a new
 * secret instead, which ends the one that was lost on the way, and pays no second session; once anybody has called with
 * the key, its secret has arrived and a repetition is refused.
 */
export class CreateKey {
  readonly #ports: CreateKeyPorts;

  constructor(_options: object, ports: CreateKeyPorts) {
    this.#ports = ports;
  }

  /**
   * @throws {LlmchainError} `insufficient_credits` when the treasury has too little: no key is left behind then;
   * `conflict` when the operation id was used for another key, or for one that is in use or was taken back
   */
  async run(administrator: Actor, order: KeyOrder, operationId?: string): Promise<CreatedKey> {
    const { operations } = this.#ports;
    const fresh: Plan = { key: `key-${randomBytes(10).toString('hex')}`, made: false };
    if (operationId === undefined) return this.#make(administrator, order, fresh.key, () => true);
    const id = derivedOperation('key', operationId);
    const { plan } = await operations.begin(
      { id, request: digestOf({ ...order, credits: order.credits ?? null }) },
      fresh,
    );
    if (plan.made && !(await this.#ports.keys.get(plan.key)))
      throw new LlmchainError('conflict', `Key ${plan.key} was made and taken back. Choose a new operation id.`, {
        key: plan.key,
      });
    const givenUp = (error: unknown): boolean => error instanceof LlmchainError && isFinal(error);
    try {
      const created = await this.#make(administrator, order, plan.key, givenUp);
      await operations.note(id, { ...plan, made: true } satisfies Plan);
      return created;
    } catch (error) {
      // A key that was made whole stays; what did not come about may be begun anew.
      if (!plan.made && givenUp(error)) await operations.forget(id);
      throw error;
    }
  }

  /** @param givenUp whether nobody will try again after this error, so that nothing may be left behind */
  async #make(
    administrator: Actor,
    order: KeyOrder,
    id: string,
    givenUp: (error: unknown) => boolean,
  ): Promise<CreatedKey> {
    const { keys, enrolment, fundSessions } = this.#ports;
    const key = `lk_${randomBytes(32).toString('base64url')}`;
    const session = order.credits === undefined ? undefined : `ses-${id}`;
    const actor: Actor = { key: id, role: order.role, name: order.name, ...(session ? { session } : {}) };
    await enrolment.enrol(actor);
    // The row comes before the money: nobody holds the key yet, and no credit can lie in a session without a key.
    if (!(await keys.issue(actor, hashOfKey(key))))
      throw new LlmchainError(
        'conflict',
        `Key ${id} was made by this operation and is in use; its secret was shown then. Take it back and make another.`,
        { key: id },
      );
    try {
      if (session && order.credits !== undefined) {
        const funding = { key: id, session, amount: order.credits };
        await fundSessions.fund(administrator, funding, derivedOperation('open-session', session));
      }
    } catch (error) {
      if (givenUp(error)) {
        await keys.remove(id);
        await enrolment.forget(id);
      }
      throw error;
    }
    return { id, key, ...(session ? { session } : {}) };
  }
}

/** Whether asking again for the same would be refused again. */
function isFinal({ code }: LlmchainError): boolean {
  return REMEDY[code] === 'reject' || REMEDY[code] === 'pay';
}
