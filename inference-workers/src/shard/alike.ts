/** Share of a number, and of the tensor's median size, by which two honest computations of it may be apart. */
const OF_NUMBER = 1e-3;
const OF_MEDIAN = 1e-2;

/**
 * Whether two workers have computed the same: other machines and other sizes of passes change the last bits of float32, and
 * nothing else may be different. A few features of hidden states are hundreds of times as large as the rest, so
 * that the scale is the median and not the greatest.
 */
export function alike(one: Float32Array, other: Float32Array): boolean {
  if (one.length !== other.length) return false;
  if (one.length === 0) return true;
  const sizes = one.map(Math.abs).sort();
  const median = sizes[sizes.length >> 1]!;
  return one.every((value, at) => Math.abs(value - other[at]!) <= OF_NUMBER * Math.abs(value) + OF_MEDIAN * median);
}
