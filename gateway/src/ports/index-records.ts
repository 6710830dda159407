import type { Indexer } from '@llmchain/indexer';

/** Records, shards and the catalogue as the member's index has them, and word of every block that changes some. */
export type IndexRecords = Pick<Indexer, 'catalogue' | 'records' | 'shards' | 'onWritten'>;

/** Works by what they look or read like, their order, and their records. */
export type IndexLikeness = Pick<Indexer, 'fingerprinted' | 'fingerprintPlaces' | 'onWritten' | 'records' | 'similar'>;
