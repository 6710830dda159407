import type { Batch } from '@llmchain/protocol';
import type { ColumnType, Generated, JSONColumnType } from 'kysely';
import type { Role } from '../../ports/actor';
import type { HoldingKind } from '../../ports/holdings';

/** Whole numbers up to 2^53 − 1; the pool reads int8 as a number. */
type Json = JSONColumnType<object>;

export interface ApiKeyTable {
  id: string;
  /** SHA-256 of the key, hexadecimal. */
  hash: string;
  role: Role;
  name: string;
  session: string | null;
  /** Whether anybody has called with it: its secret has arrived. */
  used: Generated<boolean>;
  created: ColumnType<Date, never, never>;
}

export interface SessionTable {
  id: string;
  escrow: number;
  spent: number;
  reserved: number;
  /** Takes no more orders. */
  closed: boolean;
}

/** What a session got back of a batch that earned nothing. */
export interface RefundTable {
  producer: string;
  sequence: number;
  session: string;
  amount: number;
}

/** What a session got back of what it was charged for answers of a version that was revoked. */
export interface ReleaseTable {
  session: string;
  producer: string;
  model: string;
  version: number;
  amount: number;
  /** What batches have drawn for the others of these answers. */
  drawn: number;
}

/** The first batch of a producer that was not seen to its end. */
export interface WatchTable {
  producer: string;
  next: number;
}

export interface ReservationTable {
  receipt: string;
  session: string;
  amount: number;
  producer: string;
  expires: number;
  lost: boolean;
}

/** Receipts that this member's callers got. */
export interface ReceiptTable {
  id: string;
  /** Digest of the ticket, which all segments of an answer share. */
  answer: string;
  /** What the session paid for it, micro-credits. */
  charged: number;
  session: string;
  producer: string;
  model: string;
  version: number;
  /** Canonical JSON of the signed receipt. */
  body: string;
  sequence: number | null;
  proof: Json | null;
}

/** Receipts of the own worker. */
export interface ProducedTable {
  id: string;
  /** In the order of arrival. */
  arrival: ColumnType<number, never, never>;
  model: string;
  version: number;
  session: string;
  body: string;
  state: 'pending' | 'anchoring' | 'anchored' | 'refused';
  /** Goes into a batch with receipts of its own session only. */
  alone: boolean;
  sequence: number | null;
  position: number | null;
  reason: string | null;
}

export interface BatchTable {
  sequence: number;
  state: 'anchoring' | Batch['state'];
  receipts: string;
  entry: Json;
  refusals: Json;
}

/** What was set out to be done under a caller's operation id. */
export interface OperationTable {
  id: string;
  /** Digest of the request. */
  request: string;
  plan: Json;
}

/** Data keys of sealed content, wrapped. */
export interface DataKeyTable {
  digest: string;
  object: string;
  kek: string;
  wrapped: string;
  bytes: number;
}

/** Who put which content into the bucket. */
export interface UploadTable {
  digest: string;
  uploader: string;
  bytes: number;
}

/** Who was given which content, and why. */
export interface AccessTable {
  id: ColumnType<number, never, never>;
  time: number;
  member: string;
  key: string | null;
  content: string;
  work: string;
  ground: Json;
}

/** How far each of the watchers has come. */
export interface BookmarkTable {
  name: string;
  place: Json;
}

/** Pieces of works in the bucket. */
export interface HoldingTable {
  work: string;
  content: string;
  kind: HoldingKind;
  destroyed: Generated<boolean>;
  /** What stands in its place. */
  replacement: string | null;
}

export interface GatewayTables {
  bookmark: BookmarkTable;
  holding: HoldingTable;
  data_key: DataKeyTable;
  upload: UploadTable;
  access: AccessTable;
  api_key: ApiKeyTable;
  session: SessionTable;
  refund: RefundTable;
  release: ReleaseTable;
  watch: WatchTable;
  reservation: ReservationTable;
  receipt: ReceiptTable;
  produced: ProducedTable;
  batch: BatchTable;
  operation: OperationTable;
}
