import { chacha20 } from '@noble/ciphers/chacha.js';

/**
 * Seeded Gumbel-max sampling (Gumbel 1954; Maddison et al., "A* Sampling", 2014): adding Gumbel noise to the logits and
 * taking the largest draws a token from the softmax. The noise comes from ChaCha20 (RFC 8439) keyed by the ticket, so a
 * verifier replays it.
 */

/** So many bytes of ChaCha20 with the counter at zero. @param seed 32 bytes @param nonce 12 bytes */
export type Keystream = (seed: Uint8Array, nonce: Uint8Array, length: number) => Uint8Array;

/** Under which seed a token is drawn, and where in the answer it stands. */
export interface Draw {
  /** Ticket digest, 32 bytes. */
  readonly seed: Uint8Array;
  /** Position in the answer, from 0. */
  readonly position: number;
  readonly temperatureMilli: number;
}

/** Scores of an answer's position: units of logits, so that a margin means the same at every temperature. */
export interface Drawn {
  /** The first of the tokens with the best score. */
  readonly token: number;
  /** Its logit plus temperature × noise; not a number when a logit was none. */
  readonly score: number;
}

/** ChaCha20 in JavaScript, which runs anywhere. */
export const portableKeystream: Keystream = (seed, nonce, length) => chacha20(seed, nonce, new Uint8Array(length));

const WORDS = 2 ** 32;
/** A u32 mapped to (0, 1) and then to a standard Gumbel variable. */
const gumbel = (word: number): number => -Math.log(-Math.log((word + 0.5) / WORDS));

/** The noise that no word with these first twelve bits exceeds; the last bits of logarithms are allowed for. */
const BOUND_SHIFT = 20;
const BOUNDS = Float64Array.from({ length: 2 ** (32 - BOUND_SHIFT) }, (_, bits) => {
  return gumbel((bits + 1) * 2 ** BOUND_SHIFT - 1) + 1e-9;
});

/** Noise for one position: a Gumbel variable per token id. */
export function gumbelNoise(seed: Uint8Array, position: number, vocabulary: number): Float64Array {
  const words = wordsOf({ seed, position }, vocabulary, portableKeystream);
  return Float64Array.from({ length: vocabulary }, (_, id) => gumbel(words.getUint32(id * 4, true)));
}

/**
 * The token that seeded sampling takes: that of the best logit plus temperature × noise. Noise is worked out only where a
 * bound of it lets a token win, which changes nothing in the result.
 */
export function draw(logits: Float32Array, of: Draw, keystream: Keystream = portableKeystream): Drawn {
  if (of.temperatureMilli === 0) return greedy(logits);
  return noisy(logits, of.temperatureMilli / 1000, wordsOf(of, logits.length, keystream));
}

/** @param known a token whose score is known: those that cannot exceed it are passed over from the first id on */
function noisy(
  logits: Float32Array,
  temperature: number,
  words: DataView,
  known: Drawn = { token: 0, score: -Infinity },
): Drawn {
  let { token, score } = known;
  for (let id = 0; id < logits.length; id++) {
    const logit = logits[id]!;
    const word = words.getUint32(id * 4, true);
    if (logit + temperature * BOUNDS[word >>> BOUND_SHIFT]! <= score) continue;
    const own = logit + temperature * gumbel(word);
    if (Number.isNaN(own)) return { token: id, score: NaN };
    if (own > score) [token, score] = [id, own];
  }
  return { token, score };
}

/** A claimed token's score, and how far it falls short of the best one; units of logits. */
export interface Judged {
  readonly score: number;
  /** Infinite for an id outside the vocabulary or for logits that are not numbers. */
  readonly shortfall: number;
}

/** Holds a claimed token against what seeded sampling takes. */
export function judge(
  logits: Float32Array,
  claimed: number,
  of: Draw,
  keystream: Keystream = portableKeystream,
): Judged {
  const logit = logits[claimed];
  if (logit === undefined) return { score: NaN, shortfall: Number.POSITIVE_INFINITY };
  if (of.temperatureMilli === 0) return { score: logit, shortfall: gapOf(greedy(logits).score - logit) };
  const temperature = of.temperatureMilli / 1000;
  const words = wordsOf(of, logits.length, keystream);
  const score = logit + temperature * gumbel(words.getUint32(claimed * 4, true));
  const best = noisy(logits, temperature, words, { token: claimed, score });
  return { score, shortfall: gapOf(best.score - score) };
}

const gapOf = (gap: number): number => (gap >= 0 ? gap : Number.POSITIVE_INFINITY);

function greedy(logits: Float32Array): Drawn {
  let token = 0;
  let score = -Infinity;
  for (let id = 0; id < logits.length; id++) {
    const own = logits[id]!;
    if (own > score) [token, score] = [id, own];
    else if (Number.isNaN(own)) return { token: id, score: NaN };
  }
  return { token, score };
}

function wordsOf(
  { seed, position }: Pick<Draw, 'seed' | 'position'>,
  vocabulary: number,
  keystream: Keystream,
): DataView {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setUint32(0, position, true);
  const stream = keystream(seed, nonce, vocabulary * 4);
  return new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
}
