import type { FingerprintTolerance, ShortfallDistribution, Verification, VerificationMode } from '@llmchain/protocol';
import type { Replayed } from '../engine/replay';
import { clippedMean, leeway } from '../verifier/tolerance';
import type { Observation } from './record';

/** What honest answers showed; figures in logits, but for those of fingerprints. */
export interface Measured {
  answers: number;
  tokens: number;
  /** Differences between a token's score at the worker and at the verifier: the largest, and the root mean square. */
  noise: number;
  usualNoise: number;
  /** Largest shortfall, and how many of the tokens fall short at all. */
  worst: number;
  short: number;
  /** Windows, and the largest share of mismatches and the largest mean difference of mantissas among them. */
  windows: number;
  mismatches: number;
  mantissa: number;
}

/** The same of the answers of one machine on the verifier of one. */
export interface MeasuredPair extends Measured {
  worker: string;
  verifier: string;
}

export interface Tightness {
  mode: VerificationMode;
  sampleRate: number;
  oneFalseAlarmIn: number;
}

/** Factors by which honest answers of machines that nobody measured may exceed what was seen. */
const SAFETY = { exact: 4, statistical: 2 } as const;
/** Shortfalls count up to so many times the usual noise: what is beyond is for the margin. */
const CLIP = 3;
/** The same of distributions, and of the windows of fingerprints. */
const BEYOND = 1.25;
/** Nothing is calibrated tighter than this: one of the largest values more or less, and a last place now and then. */
const LEAST = { marginMicro: 100, mismatches: 250, mantissaMilli: 100 };
const MICRO = 1_000_000;

/** What is kept of an answer that was computed again. @param scores of its tokens at the worker */
export function observed(
  { worker, verifier }: Pick<Observation, 'worker' | 'verifier'>,
  scores: readonly number[],
  { scores: own, shortfalls, deviations }: Replayed,
): Observation {
  const differences = scores.map((score, position) => Math.abs(score - own[position]!));
  return {
    worker,
    verifier,
    shortfalls: [...shortfalls],
    noise: largest(differences),
    squares: differences.reduce((sum, difference) => sum + difference ** 2, 0),
    deviations: [...deviations],
  };
}

/** Honest answers as their verifiers saw them. */
export class Observations {
  readonly #pairs = new Map<string, Observation[]>();

  add(one: Observation): void {
    const pair = JSON.stringify([one.worker, one.verifier]);
    const of = this.#pairs.get(pair);
    if (of) of.push(one);
    else this.#pairs.set(pair, [one]);
  }

  measured(): Measured {
    return measure([...this.#pairs.values()].flat());
  }

  pairs(): MeasuredPair[] {
    return [...this.#pairs.values()].map((of) => {
      const { worker, verifier } = of[0]!;
      return { worker, verifier, ...measure(of) };
    });
  }

  /**
   * The policy that follows. A token falls short by at most the noise of its own score and of the best one's: in exact mode,
   * where shortfalls are seldom seen, the margin comes from twice the noise; in statistical mode from the shortfalls.
   */
  policy({ mode, sampleRate, oneFalseAlarmIn }: Tightness): Verification {
    const { noise, worst, windows } = this.measured();
    const margin = SAFETY[mode] * (mode === 'exact' ? Math.max(2 * noise, worst) : worst);
    return {
      marginMicro: Math.max(LEAST.marginMicro, Math.ceil(margin * MICRO)),
      sampleRate,
      ...(mode === 'statistical' ? { statistical: this.#distribution(oneFalseAlarmIn) } : {}),
      ...(windows > 0 ? { fingerprints: this.#tolerance(oneFalseAlarmIn) } : {}),
    };
  }

  /** How far windows may be from their fingerprints: as far as those of the pair of machines that differ most. */
  #tolerance(oneFalseAlarmIn: number): FingerprintTolerance {
    const bounds = [...this.#pairs.values()].map((of) => {
      const deviations = of.flatMap((one) => one.deviations);
      return {
        mismatches: bound(
          deviations.map(({ mismatches, values }) => mismatches / values / leeway(values)),
          oneFalseAlarmIn,
        ),
        mantissa: bound(
          deviations.map(({ mantissa, values }) => mantissa / leeway(values)),
          oneFalseAlarmIn,
        ),
      };
    });
    const mismatches = Math.ceil(10_000 * largest(bounds.map((each) => each.mismatches)));
    const mantissa = Math.ceil(1_000 * largest(bounds.map((each) => each.mantissa)));
    return {
      mismatches: Math.min(10_000, Math.max(LEAST.mismatches, mismatches)),
      mantissaMilli: Math.min(127_000, Math.max(LEAST.mantissaMilli, mantissa)),
    };
  }

  /**
   * Mean and deviation of a token's shortfall. A receipt is one machine's on another's verifier, so the pair of machines
   * that differ most decides, however many others agree.
   */
  #distribution(oneFalseAlarmIn: number): ShortfallDistribution {
    const usual = this.pairs().map(({ usualNoise }) => usualNoise);
    const clip = Math.max(CLIP * largest(usual), 1 / MICRO);
    const spreads = [...this.#pairs.values()].map((of) => spread(of, clip));
    return {
      clipMicro: Math.ceil(clip * MICRO),
      meanMicro: Math.ceil(BEYOND * largest(spreads.map(({ mean }) => mean)) * MICRO),
      deviationMicro: Math.ceil(BEYOND * largest(spreads.map(({ deviation }) => deviation)) * MICRO),
      oneFalseAlarmIn,
    };
  }
}

/**
 * What honest windows of a pair exceed once in `oneFalseAlarmIn` at most: by the tail of a normal distribution, at most
 * exp(−z²/2) beyond z deviations, since each figure is a mean over many values; and above all that was seen.
 */
function bound(values: readonly number[], oneFalseAlarmIn: number): number {
  const mean = average(values);
  const deviation = Math.sqrt(average(values.map((value) => (value - mean) ** 2)));
  return Math.max(BEYOND * largest(values), mean + Math.sqrt(2 * Math.log(oneFalseAlarmIn)) * deviation);
}

function measure(seen: readonly Observation[]): Measured {
  const shortfalls = seen.flatMap((one) => one.shortfalls);
  const deviations = seen.flatMap((one) => one.deviations);
  const squares = seen.reduce((sum, one) => sum + one.squares, 0);
  return {
    answers: seen.length,
    tokens: shortfalls.length,
    noise: largest(seen.map(({ noise }) => noise)),
    usualNoise: Math.sqrt(squares / Math.max(1, shortfalls.length)),
    worst: largest(shortfalls),
    short: shortfalls.filter((gap) => gap > 0).length,
    windows: deviations.length,
    mismatches: largest(deviations.map(({ mismatches, values }) => mismatches / values)),
    mantissa: largest(deviations.map(({ mantissa }) => mantissa)),
  };
}

/**
 * Of a token's shortfall, clipped. Tokens of one answer are alike, some prompts being harder than others: where the means of
 * answers spread more than those of independent tokens would, their spread counts.
 */
function spread(seen: readonly Observation[], clip: number): { mean: number; deviation: number } {
  const clipped = seen.flatMap(({ shortfalls }) => shortfalls.map((gap) => Math.min(gap, clip)));
  const mean = average(clipped);
  const variance = average(clipped.map((gap) => (gap - mean) ** 2));
  const between = average(seen.map(({ shortfalls: own }) => own.length * (clippedMean(own, clip) - mean) ** 2));
  return { mean, deviation: Math.sqrt(Math.max(variance, between)) };
}

/** At least 0. */
const largest = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, value), 0);

function average(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
