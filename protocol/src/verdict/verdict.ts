import { z } from 'zod';
import { Digest } from '../schema/scalars';

/** What a verifier may find wrong with a batch. */
export const RejectReason = z.enum([
  'receipts_unavailable',
  'root_mismatch',
  'totals_mismatch',
  'signature_invalid',
  'ticket_invalid',
  'price_mismatch',
  'replayed',
  'opening_unavailable',
  'commitment_mismatch',
  'tokens_mismatch',
  'output_mismatch',
  'execution_mismatch',
  'fingerprint_mismatch',
]);
export type RejectReason = z.infer<typeof RejectReason>;

/** Reasons that pass when the producer's server answers again; all others are for good. */
export const PASSING: ReadonlySet<RejectReason> = new Set(['receipts_unavailable', 'opening_unavailable']);

/** What a batch as a whole may have wrong: it pays nobody then, but no receipt is at fault. */
export const OF_BATCHES: ReadonlySet<RejectReason> = new Set([
  'receipts_unavailable',
  'root_mismatch',
  'totals_mismatch',
]);
/** What rests on what the producer serves, not on what a worker signed. */
export const OF_SERVING: ReadonlySet<RejectReason> = new Set(['opening_unavailable', 'commitment_mismatch']);

/**
 * What a member's verifier answers its own chaincode: `GET /verdict?batch=<producer>/<sequence>&root=<hex>` on a Unix
 * socket. Computed before it is asked; `pending` when it is not.
 */
export const Verdict = z.strictObject({
  batch: z.string(),
  root: Digest,
  verdict: z.enum(['accept', 'reject', 'pending']),
  /** What was found, for a rejection; never content. */
  reason: RejectReason.optional(),
  /** Receipt at fault. */
  receipt: Digest.optional(),
});
export type Verdict = z.infer<typeof Verdict>;
