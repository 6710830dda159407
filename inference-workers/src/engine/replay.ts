import { fromHex, shortfall } from '@llmchain/protocol';
import type { Decoder } from './decoder/decoder';
import type { GenerationRequest } from './generation';
import { keystream } from './keystream';

export interface ReplayRequest extends Pick<GenerationRequest, 'prompt' | 'seed' | 'temperatureMilli'> {
  /** The answer that is claimed. */
  tokens: readonly number[];
}

export interface Replayed {
  /** Largest shortfall of a claimed token, in logits; 0 for an answer without tokens. */
  worst: number;
  /** Position in the answer where it is. */
  position: number;
}

/** Most tokens of one pass: bounds the logits in memory and how long the event loop waits. */
const CHUNK = 128;

/**
 * Seed-synchronised checking: one teacher-forced prefill over prompt and answer; at each position the claimed token's
 * score under the ticket's noise is held against the best one. Honest answers fall short by rounding alone.
 * Cf. "DiFR: Inference Verification Despite Nondeterminism", 2025.
 */
export async function replay(model: { decoder: Decoder }, request: ReplayRequest): Promise<Replayed> {
  const { prompt, tokens, temperatureMilli } = request;
  const seed = fromHex(request.seed);
  const result: Replayed = { worst: 0, position: 0 };
  const { vocabulary } = model.decoder.geometry;
  const stray = tokens.findIndex((token) => token >= vocabulary);
  if (stray >= 0) return { worst: Number.POSITIVE_INFINITY, position: stray };
  const fed = tokens.length === 0 ? [] : [...prompt, ...tokens.slice(0, -1)];
  const cache = model.decoder.allocate(1, Math.max(1, fed.length));
  for (let past = 0; past < fed.length; past += CHUNK) {
    const part = fed.slice(past, past + CHUNK);
    const end = past + part.length;
    // Logits of the prompt itself are of no use, but for its last token's.
    const wanted = Math.max(1, Math.min(part.length, end - prompt.length + 1));
    const logits = await cache.forward({ rows: [{ row: 0, past, tokens: part }], logits: wanted });
    for (let row = 0; row < wanted; row++) {
      const position = end - wanted + row + 1 - prompt.length;
      if (position < 0) continue;
      const own = logits.subarray(row * vocabulary, (row + 1) * vocabulary);
      const gap = shortfall(own, tokens[position]!, { seed, position, temperatureMilli }, keystream);
      if (gap > result.worst) Object.assign(result, { worst: gap, position });
    }
  }
  return result;
}
