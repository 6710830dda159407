/** Ingestion: files and folders become items of a dataset, with a report of what was cleaned and left out. */
export { Cleaner } from './clean/cleaner';
export { NearDuplicates, type SignatureIndex } from './clean/near';
export { metadataOf } from './document';
export { Ingestion, type IngestDependencies, type IngestedItem, type IngestOptions } from './ingest';
export { LIMITS, type Limits } from './limits';
export { IngestParameters } from './parameters';
export { linesOf } from './readers/bytes';
export { FORMATS, type Format } from './readers/read';
export { Annotation, annotationLine } from './report/annotation';
export { CleaningReport } from './report/cleaning';
export { DiversityReport } from './report/diversity';
export { packShard, shardBytes, verifyShard, type ShardItem } from './shards/shard-file';
