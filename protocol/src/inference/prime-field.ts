/**
 * Polynomials over the integers modulo a prime. Elements are below 2^16, so their products are exact in a double and the
 * code is the same in every JavaScript engine.
 */

/** The largest prime below 2^16. */
export const PRIME = 65_521;

/** Inverses of 1 to PRIME − 1, worked out when the first is asked for: 1/i = −⌊p/i⌋ · 1/(p mod i). */
let inverses: Uint16Array | undefined;

/** 1/a. @param a 1 to PRIME − 1 */
export function inverse(a: number): number {
  if (!inverses) {
    inverses = new Uint16Array(PRIME);
    inverses[1] = 1;
    for (let i = 2; i < PRIME; i++) inverses[i] = ((PRIME - Math.floor(PRIME / i)) * inverses[PRIME % i]!) % PRIME;
  }
  return inverses[a]!;
}

/**
 * The polynomial of the lowest degree through (xs[i], ys[i]), in Newton's form and then multiplied out.
 * @param xs different from one another
 * @returns coefficients, that of x⁰ first
 */
export function interpolate(xs: ArrayLike<number>, ys: ArrayLike<number>): Uint16Array {
  const count = xs.length;
  // Divided differences in place: slopes[i] becomes the one over xs[0] to xs[i].
  const slopes = Uint16Array.from(ys);
  for (let order = 1; order < count; order++) {
    for (let i = count - 1; i >= order; i--) {
      const rise = slopes[i]! + PRIME - slopes[i - 1]!;
      const run = (xs[i]! + PRIME - xs[i - order]!) % PRIME;
      slopes[i] = ((rise % PRIME) * inverse(run)) % PRIME;
    }
  }
  // Horner's scheme from the highest term: whole = whole · (x − xs[i]) + slopes[i].
  const whole = new Uint16Array(count);
  for (let i = count - 1; i >= 0; i--) {
    const shift = PRIME - xs[i]!;
    for (let power = count - 1; power > 0; power--) {
      whole[power] = (whole[power]! * shift + whole[power - 1]!) % PRIME;
    }
    whole[0] = (whole[0]! * shift + slopes[i]!) % PRIME;
  }
  return whole;
}

/** Value at x of the polynomial with these coefficients, that of x⁰ first. */
export function evaluate(coefficients: ArrayLike<number>, x: number): number {
  let value = 0;
  for (let power = coefficients.length - 1; power >= 0; power--) value = (value * x + coefficients[power]!) % PRIME;
  return value;
}
