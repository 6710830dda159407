import type { Position } from '../project/rows';

export interface TraceNode {
  id: string;
  /**
   * `work`, `licence`, `dataset`, `job`, `model`, `signer`, `batch`, `settlement`, `reclaim`, `claim`, `escrow`,
   * `alias`, `proposal`, `consortium`, `account` or `receipt`.
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
