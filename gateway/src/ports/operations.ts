/** What stands of an operation: what it set out to do, and whether this call set it out. */
export interface Begun<T> {
  plan: T;
  fresh: boolean;
}

/**
 * What this member's gateways set out to do under a caller's operation id, for what the ledger alone cannot repeat.
 * A plan holds no secret. Safe with several gateways on one database.
 */
export interface Operations {
  /**
   * Keeps a plan, unless one was kept before: then that one stands.
   * @param operation.request digest of what was asked for
   * @throws {LlmchainError} `conflict` when the id was used for another request
   */
  begin<T extends object>(operation: { id: string; request: string }, plan: T): Promise<Begun<T>>;
  /** Puts another plan in the place of the one that stands. */
  note(id: string, plan: object): Promise<void>;
  /** As if the id had never been used. */
  forget(id: string): Promise<void>;
}
