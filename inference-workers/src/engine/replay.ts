import { fromHex, perturbed, shortfall } from '@llmchain/protocol';
import type { GenerationRequest, Generator } from './generate';
import { Sequence } from './sequence';

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

/**
 * Seed-synchronised checking: one teacher-forced prefill over prompt and answer; at each position the claimed token's
 * perturbed logit is held against the best one under the same noise. Honest answers fall short by rounding alone.
 * Cf. "DiFR: Inference Verification Despite Nondeterminism", 2025.
 */
export async function replay(model: Pick<Generator, 'decoder'>, request: ReplayRequest): Promise<Replayed> {
  const { prompt, tokens, temperatureMilli } = request;
  const seed = fromHex(request.seed);
  const result: Replayed = { worst: 0, position: 0 };
  const { vocabulary } = model.decoder.geometry;
  const stray = tokens.findIndex((token) => token >= vocabulary);
  if (stray >= 0) return { worst: Number.POSITIVE_INFINITY, position: stray };
  const fed = tokens.length === 0 ? [] : [...prompt, ...tokens.slice(0, -1)];
  for await (const { first, rows } of new Sequence(model.decoder).append(fed)) {
    for (const [index, logits] of rows.entries()) {
      const position = first + index + 1 - prompt.length;
      if (position < 0) continue;
      const gap = shortfall(perturbed(logits, temperatureMilli, seed, position), tokens[position]!);
      if (gap > result.worst) Object.assign(result, { worst: gap, position });
    }
  }
  return result;
}
