export interface Schedule {
  /** Largest learning rate. */
  readonly peak: number;
  /** Share of the peak at the last step. */
  readonly floor: number;
  /** Steps over which the rate grows from zero. */
  readonly warmUp: number;
}

/**
 * The learning rate of step 1 … `steps`: linear growth, then half a cosine. Source: Loshchilov & Hutter 2017, SGDR,
 * arXiv 1608.03983.
 */
export function learningRate({ peak, floor, warmUp }: Schedule, step: number, steps: number): number {
  if (step <= warmUp) return (peak * step) / warmUp;
  const progress = steps > warmUp ? (step - warmUp) / (steps - warmUp) : 1;
  return peak * (floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * progress)));
}
