/** What was measured of one arm, over all rounds. */
export interface Figures {
  median: number;
  min: number;
  max: number;
  unit: string;
}

/**
 * The `q`-th quantile (0 to 1) of samples, by linear interpolation between the two nearest of them.
 * @throws {RangeError} without samples
 */
export function quantile(samples: readonly number[], q: number): number {
  if (samples.length === 0) throw new RangeError('there are no samples');
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const [below, above] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
  return below + (above - below) * (at - Math.floor(at));
}

export function figures(samples: readonly number[], unit: string): Figures {
  const round = (value: number): number => Number(value.toPrecision(4));
  return {
    median: round(quantile(samples, 0.5)),
    min: round(Math.min(...samples)),
    max: round(Math.max(...samples)),
    unit,
  };
}

/** Samples of several arms, taken in turns. */
export class Samples {
  readonly #arms = new Map<string, { unit: string; samples: number[] }>();

  add(arm: string, unit: string, sample: number): void {
    const known = this.#arms.get(arm);
    if (known) known.samples.push(sample);
    else this.#arms.set(arm, { unit, samples: [sample] });
  }

  /** In the order in which the arms were first measured. */
  figures(): Record<string, Figures> {
    return Object.fromEntries([...this.#arms].map(([arm, { unit, samples }]) => [arm, figures(samples, unit)]));
  }
}
