import { TrainingError } from '../error';

/**
 * A seeded generator: the same seed gives the same numbers on every machine.
 * Sources: Blackman & Vigna 2018, xoshiro128**; its state is filled by SplitMix32.
 */
export class Random {
  readonly #state: Uint32Array;

  /** @param seed 0 to 2³² − 1 */
  constructor(seed: number) {
    if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff) {
      throw new TrainingError('invalid_argument', `A seed is a whole number from 0 to 4294967295, not ${seed}`, {
        seed,
      });
    }
    let z = seed;
    this.#state = Uint32Array.from({ length: 4 }, () => {
      z = (z + 0x9e3779b9) | 0;
      let mixed = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
      return (mixed ^ (mixed >>> 15)) >>> 0;
    });
  }

  /** The next number, 0 ≤ u < 1, in steps of 2⁻³². */
  uniform(): number {
    return this.#next() / 2 ** 32;
  }

  /** The next whole number, 0 ≤ n < `bound`. */
  below(bound: number): number {
    return Math.floor(this.uniform() * bound);
  }

  /** 0 … `length` − 1 in random order. Source: Fisher & Yates, as Durstenfeld 1964. */
  permutation(length: number): Uint32Array {
    const order = Uint32Array.from({ length }, (_, index) => index);
    for (let last = length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      [order[last], order[other]] = [order[other]!, order[last]!];
    }
    return order;
  }

  #next(): number {
    const s = this.#state;
    const [s0, s1, s2, s3] = [s[0]!, s[1]!, s[2]!, s[3]!];
    const result = Math.imul(rotateLeft(Math.imul(s1, 5), 7), 9) >>> 0;
    s[2] = s2 ^ s0;
    s[3] = s3 ^ s1;
    s[1] = s1 ^ s[2];
    s[0] = s0 ^ s[3];
    s[2] = s[2] ^ (s1 << 9);
    s[3] = rotateLeft(s[3], 11);
    return result;
  }
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
