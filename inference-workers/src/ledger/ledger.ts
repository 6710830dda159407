import type { LedgerClient } from '@llmchain/ledger-client';

/** What a worker needs of the ledger; it sees it through its own member's peer. */
export type Ledger = Pick<LedgerClient, 'find' | 'list' | 'blocks' | 'submit'>;
