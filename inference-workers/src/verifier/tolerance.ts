import {
  FINGERPRINT_VALUES,
  type Deviation,
  type FingerprintTolerance,
  type ShortfallDistribution,
} from '@llmchain/protocol';

const MICRO = 1_000_000;

/** Mean of the shortfalls, each of them `clip` at most; logits. */
export function clippedMean(shortfalls: ArrayLike<number>, clip: number): number {
  let sum = 0;
  for (let position = 0; position < shortfalls.length; position++) sum += Math.min(shortfalls[position]!, clip);
  return shortfalls.length === 0 ? 0 : sum / shortfalls.length;
}

/**
 * What the mean over so many tokens of an honest answer exceeds once in `oneFalseAlarmIn` at most. Bernstein's inequality:
 * it holds for any number of tokens and any distribution of this mean, deviation and bound, where a normal approximation
 * would not in the tail of short answers.
 * @returns logits
 */
export function honestMean(tokens: number, distribution: ShortfallDistribution): number {
  const { clipMicro, meanMicro, deviationMicro, oneFalseAlarmIn } = distribution;
  const weight = Math.log(oneFalseAlarmIn) / Math.max(1, tokens);
  const range = (clipMicro * weight) / 3;
  return (meanMicro + range + Math.sqrt(range ** 2 + 2 * deviationMicro ** 2 * weight)) / MICRO;
}

/** One-sided test: whether the shortfalls are no larger together than those of honest answers. */
export function withinDistribution(shortfalls: ArrayLike<number>, distribution: ShortfallDistribution): boolean {
  const mean = clippedMean(shortfalls, distribution.clipMicro / MICRO);
  return mean <= honestMean(shortfalls.length, distribution);
}

/**
 * How far a window of so many values may be off, over what a whole one may: the last window of an answer may have few, and
 * the fewer there are, the further their mean strays.
 */
export function leeway(values: number): number {
  return Math.sqrt(FINGERPRINT_VALUES / values);
}

/** Whether a window's activations are as near to its fingerprint as those of honest answers. */
export function withinTolerance({ values, mismatches, mantissa }: Deviation, tolerance: FingerprintTolerance): boolean {
  const most = leeway(values);
  return (
    mismatches <= Math.ceil((most * values * tolerance.mismatches) / 10_000) &&
    mantissa * 1_000 <= most * tolerance.mantissaMilli
  );
}
