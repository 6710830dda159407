/** A block and the time it speaks of, milliseconds since the Unix epoch. */
export interface Position {
  block: number;
  time: number;
}

export interface TransactionRow {
  block: number;
  index: number;
  id: string;
  function: string;
  creator: string;
  endorsers: string[];
  time: number;
  valid: boolean;
  code: number;
}

/** One write to the chaincode's state, as it was. `record` is the JSON text that the ledger holds. */
export interface WriteRow {
  block: number;
  tx: number;
  n: number;
  type: string;
  parts: string[];
  record: string | null;
  deleted: boolean;
  /** Whether this version of the indexer could not read the record: answers then say that they are not complete. */
  unread: boolean;
}

/** What belongs to one version of a record: it holds from `fromBlock` until just before `toBlock`. */
interface Versioned {
  fromBlock: number;
  tx: number;
  n: number;
  /** State key of the record, its parts joined by `/`. */
  origin: string;
  toBlock: number | null;
}

/** One version of a thing in the lineage. */
export interface NodeRow extends Versioned {
  id: string;
  type: string;
  /** The id without its type and version. */
  name: string;
  version: number | null;
  state: string | null;
  label: string;
  /** The record, JSON text. */
  data: string;
}

/** That `from` is derived from `to`. */
export interface EdgeRow extends Versioned {
  /** Place among the edges of the write. */
  k: number;
  from: string;
  to: string;
  kind: string;
}

/** What a work looks or reads like; it never changes. */
export interface FingerprintRow {
  work: string;
  /** The block that registered the work. */
  block: number;
  method: string;
  /** 16 hexadecimal digits, or 512 bytes in base64. */
  value: string;
}

/** Everything that one block adds to the index. */
export interface Projection extends Position {
  transactions: TransactionRow[];
  writes: WriteRow[];
  nodes: NodeRow[];
  edges: EdgeRow[];
  fingerprints: FingerprintRow[];
  /** Records written or deleted here: their earlier versions end with this block. */
  superseded: string[];
}
