import type { Actor } from './actor';

/** The member's API keys. Only SHA-256 digests of them are kept. */
export interface ApiKeys {
  find(hash: string): Promise<Actor | undefined>;
  add(actor: Actor, hash: string): Promise<void>;
  remove(key: string): Promise<void>;
  /** @throws {LlmchainError} `unavailable` when the database does not answer */
  check(): Promise<void>;
}
