/** Where a share may lie, both ends from 0 to 1. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Steps of halving: enough for every bit of a number. */
const STEPS = 60;

/**
 * The exact interval for a share of which `hits` of `trials` were seen (Clopper & Pearson, Biometrika 26, 1934): it holds the
 * true share with the confidence that is asked for at least.
 * @param hits whole, 0 to `trials`
 * @param trials at least 1
 * @throws {RangeError} for other numbers
 */
export function binomialInterval(hits: number, trials: number, confidence = 0.95): Interval {
  const valid = Number.isInteger(hits) && Number.isInteger(trials) && trials >= 1 && hits >= 0 && hits <= trials;
  if (!valid || !(confidence > 0 && confidence < 1)) throw new RangeError(`${hits} of ${trials} is no share.`);
  const tail = (1 - confidence) / 2;
  const low = hits === 0 ? 0 : where((share) => 1 - atMost(hits - 1, trials, share) > tail);
  const high = hits === trials ? 1 : where((share) => atMost(hits, trials, share) < tail);
  return { low, high };
}

/** As people read it: `0 of 2,000 (at most 0.18 %)`, or with both ends. */
export function shareOf(hits: number, trials: number): string {
  const { low, high } = binomialInterval(hits, trials);
  const percent = (share: number): string => `${Number((100 * share).toPrecision(2))} %`;
  const range = hits === 0 ? `at most ${percent(high)}` : `${percent(low)} to ${percent(high)}`;
  return `${hits} of ${trials} (${range})`;
}

/** The least share from which on something is so. */
function where(isSo: (share: number) => boolean): number {
  let [low, high] = [0, 1];
  for (let step = 0; step < STEPS; step++) {
    const middle = (low + high) / 2;
    if (isSo(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** Probability of at most so many hits, from 0 to 1. */
function atMost(hits: number, trials: number, share: number): number {
  if (share <= 0) return 1;
  if (share >= 1) return hits >= trials ? 1 : 0;
  const [hit, miss] = [Math.log(share), Math.log1p(-share)];
  let [sum, ways] = [0, 0];
  for (let count = 0; count <= hits; count++) {
    if (count > 0) ways += Math.log((trials - count + 1) / count);
    sum += Math.exp(ways + count * hit + (trials - count) * miss);
  }
  return Math.min(1, sum);
}
