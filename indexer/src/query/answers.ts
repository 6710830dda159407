import type { RecordOf, Use, WorkEntry } from '@llmchain/protocol';
import type { Position } from '../project/rows';

export interface TraceNode {
  id: string;
  /**
   * `work`, `licence`, `dataset`, `job`, `model`, `signer`, `batch`, `settlement`, `reclaim`, `claim`, `escrow`, `shard`,
   * `holding`, `reward`, `reward-claim`, `stake`, `suspension`, `reputation`, `fault`, `batch-refusal`, `batch-silence`, `alias`, `proposal`, `consortium`, `account` or `receipt`.
   */
  type: string;
  label: string;
  /** The record as it was, with all its fields. */
  data: Record<string, unknown>;
}

/** `from` is derived from `to`. */
export interface TraceEdge {
  from: string;
  to: string;
  kind: string;
}

/** Everything that a thing comes from (`up`), or that came of it (`down`), in a fixed order. */
export interface Trace {
  root: string;
  direction: 'up' | 'down';
  nodes: TraceNode[];
  edges: TraceEdge[];
  /** Holes in the lineage itself: `not_anchored` (a receipt whose batch is not on the ledger), `missing:<id>`. */
  gaps: string[];
  asOf: Position;
  /** Whether the index could read every record up to `asOf`. */
  complete: boolean;
}

export interface TraceOptions {
  direction: 'up' | 'down';
  /** Block to look back to; by default the last one indexed. */
  asOf?: number;
}

export interface TransactionAnswer {
  block: number;
  function: string;
  creator: string;
  endorsers: string[];
  time: number;
}

/** One value of a record, and where it was given. `record` is null where it was deleted. */
export interface RecordVersion {
  block: number;
  transaction: string;
  time: number;
  function: string;
  creator: string;
  record: Record<string, unknown> | null;
}

/** A receipt that the gateway knows; receipts themselves are not on the ledger. */
export interface ReceiptEntry {
  id: string;
  /** `<producer>/<sequence>`, once it is anchored. */
  batch?: string;
  model: string;
  version: number;
  worker: string;
  producer: string;
}

/** What the catalogue has. A `service` is a model version that is served now. */
export type CatalogueKind = 'dataset' | 'licence' | 'model' | 'sale' | 'service';

/** A row's place in the catalogue: rows are in the order of kind, name and version; 0 where there are no versions. */
export interface CataloguePlace {
  kind: CatalogueKind;
  name: string;
  version: number;
}

/** What is looked for in the catalogue. */
export interface CatalogueOrder {
  kinds: readonly CatalogueKind[];
  /** MSP id of the member that wants something: offers to others alone are left out. */
  buyer: string;
  /** Milliseconds since the Unix epoch: offers that are over are left out. */
  now: number;
  /** Model versions that are served, such as `poet@1`. */
  served: readonly string[];
  /** Part of an id or a title, or of a work's; the case of letters does not matter. */
  text?: string | undefined;
  use?: Use | undefined;
  /** MSP id of whose it is. */
  owner?: string | undefined;
  /** Most micro-credits to pay. */
  price?: number | undefined;
  medium?: WorkEntry['medium'] | undefined;
  /** Most rows. */
  limit: number;
  /** The place of the last row of the page before. */
  after?: CataloguePlace | undefined;
}

export interface CatalogueRow extends CataloguePlace {
  title: string;
  record: RecordOf<'dataset-version'> | RecordOf<'licence'> | RecordOf<'model'> | RecordOf<'sale'>;
  /** Works that a licence or a sale is about, at most 20 of them. */
  works: { id: string; title: string }[];
  /** All works that it is about, holds, or was trained on. */
  workCount: number;
  media: WorkEntry['medium'][];
}

export interface CataloguePage {
  rows: CatalogueRow[];
  /** The place of the last row, if there are more. */
  next?: CataloguePlace;
  asOf: Position;
  /** Whether the index could read every record up to `asOf`. */
  complete: boolean;
}
