import type { Actor } from './actor';

/** An API key as administrators see it: never the key itself, nor its digest. */
export interface ListedKey extends Actor {
  /** Milliseconds since the Unix epoch. */
  created: number;
}

/** The member's API keys. Only SHA-256 digests of them are kept. */
export interface ApiKeys {
  /** Who has this key; from then on the key is in use. */
  find(hash: string): Promise<Actor | undefined>;
  get(key: string): Promise<ListedKey | undefined>;
  /** In the order of their ids. @param after the id before the first */
  list(limit: number, after?: string): Promise<ListedKey[]>;
  add(actor: Actor, hash: string): Promise<void>;
  /**
   * Adds a key, or gives one that nobody has called with yet another secret.
   * @returns false when the key is in use: then nothing was changed
   */
  issue(actor: Actor, hash: string): Promise<boolean>;
  /** Lets the key spend from another session. */
  assign(key: string, session: string): Promise<void>;
  remove(key: string): Promise<void>;
  /** @throws {LlmchainError} `unavailable` when the database does not answer */
  check(): Promise<void>;
}
