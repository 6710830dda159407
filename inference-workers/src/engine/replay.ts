import { compareActivations, FINGERPRINT_TOKENS, fromHex, judge, type Deviation } from '@llmchain/protocol';
import type { Decoder } from './decoder/decoder';
import type { GenerationRequest } from './generation';
import { keystream } from './keystream';

export interface ReplayRequest extends Pick<GenerationRequest, 'prompt' | 'answered' | 'seed' | 'temperatureMilli'> {
  /** The tokens that are claimed. */
  tokens: readonly number[];
  /** The fingerprints that are claimed, one for each window of the tokens; the decoder has to give hidden states. */
  fingerprints?: readonly string[] | undefined;
}

export interface Replayed {
  /** Largest shortfall of a claimed token, in logits; 0 for an answer without tokens. */
  worst: number;
  /** Which of the tokens that is. */
  position: number;
  /** Each claimed token's score, logit and noise, and how far it falls short of the best one; in logits. */
  scores: Float64Array;
  shortfalls: Float64Array;
  /** Of the fingerprints that are claimed, window by window. */
  deviations: Deviation[];
}

/**
 * Most tokens of one pass: bounds the logits in memory and how long the event loop waits. Longer ones are split evenly,
 * since a pass over few tokens reads all weights, too.
 */
const LONGEST_PASS = 192;

/**
 * Seed-synchronised checking: one teacher-forced prefill over prompt and answer; at each position the claimed token's
 * score under the ticket's noise is held against the best one. Honest answers fall short by rounding alone.
 * Cf. "DiFR: Inference Verification Despite Nondeterminism", 2025.
 */
export async function replay(model: { decoder: Decoder }, request: ReplayRequest): Promise<Replayed> {
  const { tokens, temperatureMilli, fingerprints, answered = [] } = request;
  const prompt = [...request.prompt, ...answered];
  const { decoder } = model;
  const seed = fromHex(request.seed);
  const [scores, shortfalls] = [new Float64Array(tokens.length), new Float64Array(tokens.length)];
  const result: Replayed = { worst: 0, position: 0, scores, shortfalls, deviations: [] };
  const { vocabulary } = decoder.geometry;
  const stray = tokens.findIndex((token) => token >= vocabulary);
  if (stray >= 0) return { ...result, worst: Number.POSITIVE_INFINITY, position: stray };
  const size = decoder.hiddenSize ?? 0;
  const states = fingerprints && new Float32Array(tokens.length * size);
  const fed = tokens.length === 0 ? [] : [...prompt, ...tokens.slice(0, -1)];
  const cache = decoder.allocate(1, Math.max(1, fed.length));
  const chunk = Math.ceil(fed.length / Math.ceil(fed.length / LONGEST_PASS));
  for (let past = 0; past < fed.length; past += chunk) {
    const part = fed.slice(past, past + chunk);
    const end = past + part.length;
    // Logits of the prompt itself are of no use, but for its last token's.
    const wanted = Math.max(1, Math.min(part.length, end - prompt.length + 1));
    const first = end - wanted + 1 - prompt.length;
    const hidden = states && ((given: Float32Array): void => put(states, given, first * size));
    const logits = await cache.forward({ rows: [{ row: 0, past, tokens: part }], logits: wanted, hidden });
    for (let row = 0; row < wanted; row++) {
      const position = first + row;
      if (position < 0) continue;
      const own = logits.subarray(row * vocabulary, (row + 1) * vocabulary);
      const at = { seed, position: answered.length + position, temperatureMilli };
      const { score, shortfall } = judge(own, tokens[position]!, at, keystream);
      scores[position] = score;
      shortfalls[position] = shortfall;
      if (shortfall > result.worst) Object.assign(result, { worst: shortfall, position });
    }
  }
  result.deviations = (fingerprints ?? []).map((fingerprint, index) =>
    compareActivations(
      fingerprint,
      states!.subarray(index * FINGERPRINT_TOKENS * size, (index + 1) * FINGERPRINT_TOKENS * size),
    ),
  );
  return result;
}

/** Takes over what lies behind the prompt. */
function put(states: Float32Array, given: Float32Array, offset: number): void {
  if (offset >= 0) states.set(given, offset);
}
