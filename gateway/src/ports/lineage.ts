import type { Indexer } from '@llmchain/indexer';

/** The member's index of the ledger. */
export type Lineage = Pick<Indexer, 'height' | 'waitFor' | 'trace' | 'transaction' | 'putReceipts'>;
