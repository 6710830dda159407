import { randomInt } from 'node:crypto';

/** How many of a batch's receipts are re-executed: the rate (basis points), rounded up, at least one. */
export function sampleSize(count: number, sampleRate: number): number {
  return Math.min(count, Math.max(1, Math.ceil((count * sampleRate) / 10_000)));
}

/**
 * Draws `size` of the ids, without replacement, by a secret generator that no producer can foresee (Fisher & Yates).
 */
export function drawSample(ids: readonly string[], size: number): string[] {
  const pool = [...ids];
  for (let place = 0; place < size; place++) {
    const other = randomInt(place, pool.length);
    [pool[place], pool[other]] = [pool[other]!, pool[place]!];
  }
  return pool.slice(0, size);
}
