import { z } from 'zod';
import { LlmchainError } from '../errors/error';
import { evaluate, interpolate, PRIME } from './prime-field';

/**
 * Fingerprints of activations by TOPLOC (Ong et al., arXiv 2501.16007, 2025). Of the last hidden states of a window of
 * tokens the largest values are rounded to bfloat16 and taken as a polynomial through (index, bits) over a prime field. A
 * verifier evaluates it where its own largest values are: small differences move mantissas, other computations move
 * exponents and places.
 */

/** Tokens of a window, but for the last of an answer, which may have fewer. */
export const FINGERPRINT_TOKENS = 32;
/** Values of a window that are told: so many, and in small windows one of sixteen, since small values are mostly noise. */
export const FINGERPRINT_VALUES = 128;
const ONE_OF = 16;
/** Places are counted modulo a number from here to PRIME: a smaller one would let one value stand for many. */
const LEAST_MODULUS = 2 ** 15;
const BYTES = 2 * (FINGERPRINT_VALUES + 1);

/** Windows of the longest answer that a ticket may order. */
export const MOST_FINGERPRINTS = Math.ceil(1_000_000 / FINGERPRINT_TOKENS);

/** u16 modulus and u16 coefficients, that of x⁰ first, little-endian: 258 bytes at most; base64. */
export const ActivationFingerprint = z
  .string()
  .max((BYTES / 3) * 4)
  .regex(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, 'must be 258 bytes at most in base64');
export type ActivationFingerprint = z.infer<typeof ActivationFingerprint>;

/** How far activations are from those that a fingerprint was made of. */
export interface Deviation {
  /** Values that were compared. */
  readonly values: number;
  /** Of them those whose sign or exponent differs; all of them where the fingerprint is none. */
  readonly mismatches: number;
  /** Mean difference of the others' mantissas, in units of a bfloat16's last place; 127 where there are no others. */
  readonly mantissa: number;
}

declare function btoa(binary: string): string;
declare function atob(base64: string): string;

/** How many fingerprints an answer of so many tokens has. */
export function fingerprintCount(tokens: number): number {
  return Math.ceil(tokens / FINGERPRINT_TOKENS);
}

/**
 * @param activations last hidden states of a window, [tokens, hidden size], at least one value
 * @throws {LlmchainError} `internal` when the places of the largest values coincide under every modulus
 */
export function fingerprintOf(activations: Float32Array): ActivationFingerprint {
  const places = largest(activations);
  const modulus = injectiveModulus(places, activations.length);
  const bits = places.map((place) => bfloat16(activations[place]!));
  const coefficients = interpolate(
    places.map((place) => place % modulus),
    bits,
  );
  const bytes = new Uint8Array(2 * (coefficients.length + 1));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, modulus, true);
  coefficients.forEach((value, index) => view.setUint16(2 * (index + 1), value, true));
  return btoa(String.fromCharCode(...bytes));
}

/** Holds a verifier's own activations of the same window against a fingerprint. */
export function compareActivations(fingerprint: ActivationFingerprint, activations: Float32Array): Deviation {
  const places = largest(activations);
  const none = { values: places.length, mismatches: places.length, mantissa: 127 };
  const told = polynomialOf(fingerprint);
  if (told?.coefficients.length !== places.length) return none;
  const { modulus, coefficients } = told;
  if (modulus > PRIME || modulus < (activations.length <= PRIME ? PRIME : LEAST_MODULUS)) return none;
  let [matches, difference] = [0, 0];
  for (const place of places) {
    const own = bfloat16(activations[place]!);
    const theirs = evaluate(coefficients, place % modulus);
    if (own >>> 7 !== theirs >>> 7) continue;
    matches++;
    difference += Math.abs((own & 0x7f) - (theirs & 0x7f));
  }
  if (matches === 0) return none;
  return { values: places.length, mismatches: places.length - matches, mantissa: difference / matches };
}

function polynomialOf(fingerprint: string): { modulus: number; coefficients: Uint16Array } | undefined {
  if (!ActivationFingerprint.safeParse(fingerprint).success) return undefined;
  const bytes = Uint8Array.from(atob(fingerprint), (character) => character.charCodeAt(0));
  if (bytes.length < 4 || bytes.length % 2 !== 0) return undefined;
  const view = new DataView(bytes.buffer);
  const coefficients = new Uint16Array(bytes.length / 2 - 1);
  for (let index = 0; index < coefficients.length; index++) {
    coefficients[index] = view.getUint16(2 * (index + 1), true);
    if (coefficients[index]! >= PRIME) return undefined;
  }
  return { modulus: view.getUint16(0, true), coefficients };
}

/** Magnitudes are told apart by exponent and four bits of mantissa at first. */
const COARSE_SHIFT = 19;

/** Indices of the values of the largest magnitude, the largest first, of equal ones the first. */
function largest(activations: Float32Array): number[] {
  const bits = new Uint32Array(activations.buffer, activations.byteOffset, activations.length);
  const magnitude = (index: number): number => bits[index]! & 0x7fffffff;
  const counts = new Uint32Array(2 ** (31 - COARSE_SHIFT));
  for (let index = 0; index < bits.length; index++) counts[magnitude(index) >>> COARSE_SHIFT]!++;
  const wanted = Math.min(FINGERPRINT_VALUES, Math.ceil(bits.length / ONE_OF));
  let bucket = counts.length;
  for (let held = 0; held < wanted;) held += counts[--bucket]!;
  const candidates: number[] = [];
  for (let index = 0; index < bits.length; index++) {
    if (magnitude(index) >>> COARSE_SHIFT >= bucket) candidates.push(index);
  }
  return candidates.sort((a, b) => magnitude(b) - magnitude(a) || a - b).slice(0, wanted);
}

/** The largest modulus under which the places stay apart. */
function injectiveModulus(places: readonly number[], size: number): number {
  if (size <= PRIME) return PRIME;
  for (let modulus = PRIME; modulus >= LEAST_MODULUS; modulus--) {
    if (new Set(places.map((place) => place % modulus)).size === places.length) return modulus;
  }
  throw new LlmchainError('internal', 'The activations have no fingerprint: their places coincide.');
}

const word = new DataView(new ArrayBuffer(4));

/** The bits of a number rounded to bfloat16, to the even one of two that are as near; NaN is one value. */
function bfloat16(value: number): number {
  if (Number.isNaN(value)) return 0x7fc0;
  word.setFloat32(0, value);
  const bits = word.getUint32(0);
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}
