/** One member's index of the ledger: follow/ (blocks) → project/ (write sets → rows, pure) → store/ (Postgres) → query/. */
export { createIndexer, type Indexer, type IndexerDependencies, type IndexerOptions } from './indexer';
export type { BlockSource, Log } from './ports';
export type { Position } from './project/rows';
export type { Fingerprinted, FingerprintPlace } from './query/similar';
export { SimilarIndex, type SimilarWork } from './query/similar-index';
export type { HeldShard } from './query/shards';
export type {
  CatalogueKind,
  CatalogueOrder,
  CataloguePage,
  CataloguePlace,
  CatalogueRow,
  ReceiptEntry,
  RecordVersion,
  Trace,
  TraceEdge,
  TraceNode,
  TraceOptions,
  TransactionAnswer,
} from './query/answers';
