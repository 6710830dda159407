import { createHash } from 'node:crypto';
import { LlmchainError } from '@llmchain/protocol';
import type { Actor } from '../ports/actor';
import type { ApiKeys } from '../ports/api-keys';

/** What is kept of an API key: SHA-256, hexadecimal. Keys are 32 random bytes, so no slower hash is needed. */
export function hashOfKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** Finds out who calls from an `Authorization` header. */
export class Authenticate {
  readonly #keys: ApiKeys;

  constructor(_options: object, ports: { keys: ApiKeys }) {
    this.#keys = ports.keys;
  }

  /** @throws {LlmchainError} `not_authenticated` */
  async run(authorization: string | undefined): Promise<Actor> {
    const key = /^Bearer +(\S{1,200})$/i.exec(authorization ?? '')?.[1];
    if (!key) {
      throw new LlmchainError('not_authenticated', 'Send an API key of this member: "Authorization: Bearer lk_…".');
    }
    const actor = await this.#keys.find(hashOfKey(key));
    if (!actor) {
      throw new LlmchainError('not_authenticated', 'This member knows no such API key. Ask its administrator for one.');
    }
    return actor;
  }
}
