import { z } from 'zod';
import { InclusionProof } from '../merkle/proof';
import { Digest } from '../schema/scalars';
import { Opening } from './opening';
import { SignedReceipt } from './receipt';

/**
 * What it takes to find a fault again: the receipt, its place under the batch's root, and what opens its commitments. It holds
 * what was asked and answered, so it never reaches the ledger; its address does.
 */
export const FaultEvidence = z.strictObject({
  schema: z.literal('fault-evidence/1'),
  batch: z.string().min(3).max(100),
  root: Digest,
  receipt: SignedReceipt,
  proof: InclusionProof,
  /** Absent where the producer gave none. */
  opening: Opening.optional(),
});
export type FaultEvidence = z.infer<typeof FaultEvidence>;
