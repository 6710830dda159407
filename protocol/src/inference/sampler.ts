import { chacha20 } from '@noble/ciphers/chacha.js';

/**
 * Seeded Gumbel-max sampling (Gumbel 1954; Maddison et al., "A* Sampling", 2014): adding Gumbel noise to the logits and
 * taking the largest draws a token from the softmax. The noise comes from ChaCha20 (RFC 8439) keyed by the ticket, so a
 * verifier replays it.
 */

/** Noise for one position: a u32 per token id, mapped to (0, 1) and then to a standard Gumbel variable. */
export function gumbelNoise(seed: Uint8Array, position: number, vocabulary: number): Float64Array {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setUint32(0, position, true);
  const stream = chacha20(seed, nonce, new Uint8Array(vocabulary * 4));
  const words = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
  const noise = new Float64Array(vocabulary);
  for (let id = 0; id < vocabulary; id++) {
    noise[id] = -Math.log(-Math.log((words.getUint32(id * 4, true) + 0.5) / 4294967296));
  }
  return noise;
}

/** Logits plus temperature × noise: in units of logits, so that a margin means the same at every temperature. */
export function perturbed(
  logits: Float32Array,
  temperatureMilli: number,
  seed: Uint8Array,
  position: number,
): Float64Array {
  const scores = Float64Array.from(logits);
  if (temperatureMilli === 0) return scores;
  const noise = gumbelNoise(seed, position, logits.length);
  const temperature = temperatureMilli / 1000;
  for (let id = 0; id < scores.length; id++) scores[id] = scores[id]! + temperature * noise[id]!;
  return scores;
}

/** The first of the largest. */
export function largest(scores: Float64Array): number {
  let best = 0;
  for (let id = 1; id < scores.length; id++) if (scores[id]! > scores[best]!) best = id;
  return best;
}

/**
 * How far a claimed token falls short of the best one, in logits; infinite for an id outside the vocabulary or for
 * scores that are not numbers.
 */
export function shortfall(scores: Float64Array, claimed: number): number {
  const own = scores[claimed];
  const gap = own === undefined ? Number.NaN : scores[largest(scores)]! - own;
  return gap >= 0 ? gap : Number.POSITIVE_INFINITY;
}
