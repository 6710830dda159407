import { LlmchainError } from '@llmchain/protocol';
import type { ApiKeys, ListedKey } from '../ports/api-keys';
import type { Enrolment } from '../ports/enrolment';

/** The key that the deployment itself sets up; the gateway makes it anew at every start. */
const FOUNDING_KEY = 'admin';

/** Takes an API key back: nobody can call with it any more, and its certificate is revoked. */
export class RevokeKey {
  readonly #ports: { keys: ApiKeys; enrolment: Enrolment };

  constructor(_options: object, ports: { keys: ApiKeys; enrolment: Enrolment }) {
    this.#ports = ports;
  }

  /** @returns the key as it was; its session, if it has one, stays open until it is closed @throws {LlmchainError} `not_found` | `wrong_state` */
  async run(id: string): Promise<ListedKey> {
    const { keys, enrolment } = this.#ports;
    if (id === FOUNDING_KEY) {
      throw new LlmchainError(
        'wrong_state',
        'This is the key of the deployment; change it there and restart the gateway.',
        {
          key: id,
        },
      );
    }
    const key = await keys.get(id);
    if (!key)
      throw new LlmchainError('not_found', `This member has no key ${id}. GET /v1/keys lists them.`, { key: id });
    // The row goes last: while it is there, what broke off can be asked for again.
    await enrolment.forget(id);
    await keys.remove(id);
    return key;
  }
}
