import { z } from 'zod';
import { BasisPoints } from '../schema/scalars';

/**
 * What a model's matrix products are computed in: single precision, whose results stay the same within rounding in any
 * batch; or weights and activations rounded to eight bits, which is faster and whose results move with the batch.
 */
export const Precision = z.enum(['fp32', 'int8']);
export type Precision = z.infer<typeof Precision>;

/**
 * How an answer is held against a verifier's own computation: `exact`, each token within a margin of rounding; or
 * `statistical`, the shortfalls of all tokens together against their calibrated distribution.
 */
export const VerificationMode = z.enum(['exact', 'statistical']);
export type VerificationMode = z.infer<typeof VerificationMode>;

/**
 * Distribution of honest shortfalls, by calibration, in millionths of a logit. Each token's shortfall counts `clipMicro` at
 * most, so that no single one decides.
 */
export const ShortfallDistribution = z.strictObject({
  clipMicro: z.number().int().min(1).max(100_000_000),
  meanMicro: z.number().int().min(0).max(100_000_000),
  deviationMicro: z.number().int().min(0).max(100_000_000),
  /** Honest answers of which one at most is rejected. */
  oneFalseAlarmIn: z
    .number()
    .int()
    .min(100)
    .max(10 ** 12),
});
export type ShortfallDistribution = z.infer<typeof ShortfallDistribution>;

/**
 * How far a verifier's last hidden states may be from what a receipt's fingerprints say, in each window of tokens. Of a window
 * that tells fewer than 128 values both figures count √(128 / values) times, since the mean of few strays further.
 */
export const FingerprintTolerance = z.strictObject({
  /** Values whose sign or exponent differs, or that are not among the largest here. */
  mismatches: BasisPoints,
  /** Mean difference of the others' mantissas, thousandths of a bfloat16's last place. */
  mantissaMilli: z.number().int().min(0).max(127_000),
});
export type FingerprintTolerance = z.infer<typeof FingerprintTolerance>;

/** The mode in which a version is verified, and its receipts state. */
export function verificationMode(policy: { statistical?: ShortfallDistribution | undefined }): VerificationMode {
  return policy.statistical ? 'statistical' : 'exact';
}
