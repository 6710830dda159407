import type { Batch, BatchEntry, SignedReceipt } from '@llmchain/protocol';
import type { Refusal } from './receipts';

/** A receipt of the own worker. */
export interface Produced {
  receipt: SignedReceipt;
  state: 'pending' | 'anchoring' | 'anchored' | 'refused';
  sequence?: number;
  /** Place in its batch. */
  position?: number;
  /** Why the ledger refused it. */
  reason?: string;
}

/** A receipt as it is kept: the canonical JSON of which the ledger has the digest. */
export interface StoredReceipt {
  id: string;
  body: string;
}

export interface OwnBatch {
  entry: BatchEntry;
  state: 'anchoring' | Batch['state'];
  refusals: Refusal[];
}

/**
 * The producer's side: receipts on their way to the ledger. `pending → anchoring(sequence) → anchored`; a batch that was
 * begun is anchored again after a crash, under the same sequence number and with the same receipts.
 */
export interface Production {
  /** Runs `work` unless another gateway of this member does; @returns whether it ran. */
  exclusively(work: () => Promise<void>): Promise<boolean>;
  /** Keeps receipts; those that are known already change nothing. */
  add(receipts: readonly SignedReceipt[]): Promise<void>;
  /** The pending receipts of one model version, that of the oldest, page by page and oldest first. */
  pending(): AsyncIterable<StoredReceipt[]>;
  /**
   * Puts receipts, by id in their order, into a batch that is about to be anchored.
   * @throws {LlmchainError} `conflict` when one of them is not pending any more: none is in two batches
   */
  begin(entry: BatchEntry, receipts: readonly string[]): Promise<void>;
  batches(state: OwnBatch['state']): Promise<OwnBatch[]>;
  batch(sequence: number): Promise<OwnBatch | undefined>;
  /** The highest sequence number of a batch here, 0 when there is none. */
  lastSequence(): Promise<number>;
  anchored(sequence: number): Promise<void>;
  /**
   * Takes a batch apart that the ledger does not have: its receipts are pending again, alone by session if so told. One
   * that is known to be anchored stays as it is.
   */
  release(sequence: number, options: { bySession: boolean }): Promise<void>;
  /** Gives those of the receipts up that are pending: the ledger takes them in no batch. */
  setAside(receipts: readonly string[], reason: string): Promise<void>;
  /** Takes a batch apart whose receipts the ledger refuses for good. */
  refuse(sequence: number, reason: string): Promise<void>;
  /** Notes how the decision on a batch goes. */
  note(sequence: number, state: Batch['state'], refusals: readonly Refusal[]): Promise<void>;
  find(id: string): Promise<Produced | undefined>;
  /** A batch's receipts in their order, page by page. */
  receiptsOf(sequence: number): AsyncIterable<StoredReceipt[]>;
  /** Whether content of this digest is the receipt list of one of the own batches. */
  isReceiptList(sha256: string): Promise<boolean>;
}
