import type { LedgerClient } from '@llmchain/ledger-client';

/** The ledger as others can check it: blocks as they are, and answers that members sign. */
export type Chain = Pick<LedgerClient, 'block' | 'signedRead'>;
