import type { Deviation, ShortfallDistribution, Verification, VerificationMode } from '@llmchain/protocol';
import type { Replayed } from '../engine/replay';
import { clippedMean } from '../verifier/tolerance';

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

export interface Tightness {
  mode: VerificationMode;
  sampleRate: number;
  oneFalseAlarmIn: number;
}

/** Factors by which honest answers elsewhere may exceed what was seen here: other processors round in another order. */
const SAFETY = { exact: 4, statistical: 2 } as const;
/** Shortfalls count up to so many times the usual noise: what is beyond is for the margin. */
const CLIP = 3;
/** Nothing is calibrated tighter than this: one of the largest values more or less, and a last place now and then. */
const LEAST = { marginMicro: 100, mismatches: 250, mantissaMilli: 100 };
const MICRO = 1_000_000;

/** Gathers honest answers as their verifier saw them. */
export class Observations {
  readonly #shortfalls: Float64Array[] = [];
  readonly #deviations: Deviation[] = [];
  #noise = 0;
  #squares = 0;
  #scores = 0;

  /** @param scores of the tokens at the worker */
  add(scores: readonly number[], replayed: Replayed): void {
    this.#shortfalls.push(replayed.shortfalls);
    this.#deviations.push(...replayed.deviations);
    scores.forEach((score, position) => {
      const difference = Math.abs(score - replayed.scores[position]!);
      this.#noise = Math.max(this.#noise, difference);
      this.#squares += difference ** 2;
      this.#scores++;
    });
  }

  measured(): Measured {
    const all = this.#shortfalls.flatMap((own) => [...own]);
    return {
      answers: this.#shortfalls.length,
      tokens: all.length,
      noise: this.#noise,
      usualNoise: Math.sqrt(this.#squares / Math.max(1, this.#scores)),
      worst: all.reduce((a, b) => Math.max(a, b), 0),
      short: all.filter((gap) => gap > 0).length,
      windows: this.#deviations.length,
      mismatches: this.#deviations.reduce((most, { mismatches, values }) => Math.max(most, mismatches / values), 0),
      mantissa: this.#deviations.reduce((most, { mantissa }) => Math.max(most, mantissa), 0),
    };
  }

  /**
   * The policy that follows. A token falls short by at most the noise of its own score and of the best one's: in exact mode,
   * where shortfalls are seldom seen, the margin comes from twice the noise; in statistical mode from the shortfalls.
   */
  policy({ mode, sampleRate, oneFalseAlarmIn }: Tightness): Verification {
    const { noise, worst, windows, mismatches, mantissa } = this.measured();
    const margin = SAFETY[mode] * (mode === 'exact' ? Math.max(2 * noise, worst) : worst);
    return {
      marginMicro: Math.max(LEAST.marginMicro, Math.ceil(margin * MICRO)),
      sampleRate,
      ...(mode === 'statistical' ? { statistical: this.#distribution(oneFalseAlarmIn) } : {}),
      ...(windows > 0
        ? {
            fingerprints: {
              mismatches: Math.min(10_000, Math.max(LEAST.mismatches, Math.ceil(2 * mismatches * 10_000))),
              mantissaMilli: Math.min(127_000, Math.max(LEAST.mantissaMilli, Math.ceil(2 * mantissa * 1_000))),
            },
          }
        : {}),
    };
  }

  /**
   * Mean and deviation of a token's shortfall. Tokens of one answer are alike, some prompts being harder than others: where
   * the means of answers spread more than those of independent tokens would, their spread counts.
   */
  #distribution(oneFalseAlarmIn: number): ShortfallDistribution {
    const clip = Math.max(CLIP * this.measured().usualNoise, 1 / MICRO);
    const clipped = this.#shortfalls.flatMap((own) => Array.from(own, (gap) => Math.min(gap, clip)));
    const mean = average(clipped);
    const variance = average(clipped.map((gap) => (gap - mean) ** 2));
    const between = average(this.#shortfalls.map((own) => own.length * (clippedMean(own, clip) - mean) ** 2));
    return {
      clipMicro: Math.ceil(clip * MICRO),
      meanMicro: Math.ceil(1.25 * mean * MICRO),
      deviationMicro: Math.ceil(1.25 * Math.sqrt(Math.max(variance, between)) * MICRO),
      oneFalseAlarmIn,
    };
  }
}

function average(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
