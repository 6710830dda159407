import type { LedgerClient } from '@llmchain/ledger-client';
import type { Actor } from './actor';

/** The consortium's ledger as this member sees it through its own peer, in the name of one identity. */
export type Ledger = Pick<LedgerClient, 'submit' | 'query' | 'find' | 'get' | 'list'>;

/** The ledger in the names that this gateway may use. */
export interface Ledgers {
  /** In the name of the gateway itself: role `service`. */
  readonly service: Ledger;
  /** In the name of a key's holder. @throws {LlmchainError} `unavailable` when the holder's identity cannot be read */
  as(actor: Actor): Promise<Ledger>;
}
