/** A place in a list, and how near what stands there is. */
export interface Ranked {
  index: number;
  /** Cosine of the angle to what was looked for: 1 for the same direction, −1 for the opposite. */
  score: number;
}

/**
 * Rows by how near they are to `query`, nearest first; of two that are as near, the earlier one.
 * @param query [D] floats, as each of `rows`
 */
export function ranked(query: Float32Array, rows: readonly Float32Array[]): Ranked[] {
  return rows
    .map((row, index) => ({ index, score: cosine(query, row) }))
    .sort((a, b) => b.score - a.score || a.index - b.index);
}

/** 0 where one of them is all zeros: it has no direction. */
function cosine(a: Float32Array, b: Float32Array): number {
  let [dot, left, right] = [0, 0, 0];
  for (const [at, value] of a.entries()) {
    const other = b[at]!;
    dot += value * other;
    left += value * value;
    right += other * other;
  }
  if (left === 0 || right === 0) return 0;
  return Math.min(1, Math.max(-1, dot / (Math.sqrt(left) * Math.sqrt(right))));
}
