/**
 * Integer money, split without losing or making a micro-credit. Arithmetic is in BigInt, since amounts go up to
 * 2^53 − 1 and are multiplied by shares.
 */

/** Splits by weights; what rounding leaves goes to the largest remainders, ties to the earlier part (Hare–Niemeyer). */
export function splitByLargestRemainder(amount: number, weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + BigInt(weight), 0n);
  if (total === 0n) throw new RangeError('weights sum to nothing');
  const parts = weights.map((weight, index) => {
    const product = BigInt(amount) * BigInt(weight);
    return { index, floor: product / total, remainder: product % total };
  });
  let left = BigInt(amount) - parts.reduce((sum, part) => sum + part.floor, 0n);
  const result = parts.map((part) => part.floor);
  for (const part of [...parts].sort((a, b) =>
    a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1,
  )) {
    if (left === 0n) break;
    result[part.index] = result[part.index]! + 1n;
    left -= 1n;
  }
  return result.map(Number);
}

/**
 * What the holder of `share`, standing at `start` on a line of `total` shares, gets of `amount`: the amounts of
 * neighbours fit together without a gap, so each payee can be paid alone and the sum is exact.
 */
export function partOfLine(amount: number, start: number, share: number, total: number): number {
  const upTo = (position: number): bigint => (BigInt(amount) * BigInt(position)) / BigInt(total);
  return Number(upTo(start + share) - upTo(start));
}
