import { canonicalJson } from '../canonical/json';
import { toHex } from '../crypto/hash';
import { merkleRoot } from '../merkle/tree';
import type { SignedReceipt } from './receipt';

/** Id of a batch: its producer and its place among the producer's batches. */
export function batchId(producer: string, sequence: number): string {
  return `${producer}/${sequence}`;
}

/** A batch's Merkle leaves: the canonical JSON of its signed receipts, in order. */
export function receiptLeaves(receipts: readonly SignedReceipt[]): string[] {
  return receipts.map((receipt) => canonicalJson(receipt));
}

/** RFC 6962 root over the receipts, hexadecimal. */
export function batchRoot(receipts: readonly SignedReceipt[]): string {
  return toHex(merkleRoot(receiptLeaves(receipts)));
}

/** The file that a batch's `receipts` address names. */
export function receiptList(receipts: readonly SignedReceipt[]): string {
  return canonicalJson(receipts);
}
