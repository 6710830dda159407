import { utf8ToBytes } from '@noble/hashes/utils.js';
import { mix32, murmur3 } from './murmur3';

/** Length of a signature. The standard error of a Jaccard estimate is at most 1/(2√128) = 0.044. */
export const PERMUTATIONS = 128;

/** Base64 as browsers and Node.js have it; this package is compiled without the types of either. */
declare function btoa(binary: string): string;
declare function atob(base64: string): string;

const constant = (name: string): number => murmur3(utf8ToBytes(name));
const FACTORS = Uint32Array.from({ length: PERMUTATIONS }, (_, index) => constant(`factor ${index}`) | 1);
const OFFSETS = Uint32Array.from({ length: PERMUTATIONS }, (_, index) => constant(`offset ${index}`));

/**
 * MinHash (Broder 1997): of a set of 32-bit hashes the least value under each of 128 permutations. Permutation i is
 * `mix32(x · aᵢ + bᵢ mod 2³²)`, a bijection since aᵢ is odd: aᵢ is MurmurHash3 of `factor i` with the lowest bit set, bᵢ that
 * of `offset i`.
 */
export class MinHash {
  readonly #least = new Uint32Array(PERMUTATIONS).fill(0xffffffff);

  /** Adds an element. @param hash 32 bits, unsigned */
  add(hash: number): void {
    const least = this.#least;
    for (let index = 0; index < PERMUTATIONS; index += 1) {
      const value = mix32((Math.imul(hash, FACTORS[index]!) + OFFSETS[index]!) | 0);
      if (value < least[index]!) least[index] = value;
    }
  }

  /** 128 values; all of them 2³² − 1 when nothing was added. */
  signature(): Uint32Array {
    return this.#least.slice();
  }
}

/** In how many of 128 values two signatures differ. */
export function differingValues(a: Uint32Array, b: Uint32Array): number {
  let differing = 0;
  for (let index = 0; index < PERMUTATIONS; index += 1) if (a[index] !== b[index]) differing += 1;
  return differing;
}

/** Share of equal values: an unbiased estimate of the Jaccard index of the two sets. From 0 to 1. */
export function jaccardEstimate(a: Uint32Array, b: Uint32Array): number {
  return 1 - differingValues(a, b) / PERMUTATIONS;
}

/** A signature as a record carries it: 128 big-endian values of 4 bytes, base64. */
export function encodeSignature(signature: Uint32Array): string {
  const bytes = new Uint8Array(4 * PERMUTATIONS);
  const view = new DataView(bytes.buffer);
  signature.forEach((value, index) => view.setUint32(4 * index, value));
  return btoa(String.fromCharCode(...bytes));
}

/** Reverses {@link encodeSignature}. @throws {RangeError} when it is not 512 bytes in base64 */
export function decodeSignature(text: string): Uint32Array {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  if (bytes.length !== 4 * PERMUTATIONS) throw new RangeError('a signature has 512 bytes');
  const view = new DataView(bytes.buffer);
  return Uint32Array.from({ length: PERMUTATIONS }, (_, index) => view.getUint32(4 * index));
}
