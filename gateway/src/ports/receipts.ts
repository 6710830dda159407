import { z } from 'zod';
import { BatchEntry, Digest, InclusionProof, SignedReceipt, type Opening } from '@llmchain/protocol';

/** A member that did not accept a batch, and why. */
export const Refusal = z.strictObject({
  member: z.string(),
  code: z.string(),
  /** What its verifier found, and the receipt at fault where there is one. */
  reason: z.string().optional(),
  receipt: Digest.optional(),
});
export type Refusal = z.infer<typeof Refusal>;

/** A receipt as its producer tells of it: where it stands among the producer's batches, once it does. */
export const PlacedReceipt = z.strictObject({
  receipt: SignedReceipt,
  sequence: BatchEntry.shape.sequence.optional(),
  proof: InclusionProof.optional(),
  refusals: z.array(Refusal),
});
export type PlacedReceipt = z.infer<typeof PlacedReceipt>;

/** What opens receipts' commitments, encrypted at rest. */
export interface Openings {
  put(opening: Opening): Promise<void>;
  /** @throws {LlmchainError} `not_found` */
  get(receipt: string): Promise<Opening>;
}
