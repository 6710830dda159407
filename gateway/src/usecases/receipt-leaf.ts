import { createHash } from 'node:crypto';

/** Of a leaf, in a tree as RFC 6962 has it. */
const LEAF = Uint8Array.of(0);

/**
 * The hash of a receipt as a leaf of its batch, which is the protocol's `leafHash`. OpenSSL does in 5 µs what the protocol,
 * which runs in browsers, too, does in 26.
 */
export function receiptLeaf(body: string): Uint8Array {
  return createHash('sha256').update(LEAF).update(body).digest();
}
