import type { Indexer } from '@llmchain/indexer';

/** Records as the member's index has them, and word of every block that changes some. */
export type IndexRecords = Pick<Indexer, 'records' | 'onWritten'>;
