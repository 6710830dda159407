import { fromHex, largest, LlmchainError, perturbed, type Receipt } from '@llmchain/protocol';
import type { Decoder } from './decoder';
import { Sequence } from './sequence';

/** A model that can generate. */
export interface Generator {
  readonly decoder: Decoder;
  /** Tokens that end an answer. */
  readonly stopTokens: ReadonlySet<number>;
  /** Longest sequence, prompt and answer together. */
  readonly contextTokens: number;
}

export interface GenerationRequest {
  prompt: readonly number[];
  /** Ticket digest, which keys the sampler: 64 hexadecimal digits. */
  seed: string;
  temperatureMilli: number;
  maxTokens: number;
}

export interface Generated {
  /** The answer's tokens; a stop token is the last of them and counts. */
  tokens: number[];
  stop: Receipt['stop'];
}

/** Computes one answer; `onToken` is told of each token as it is drawn, stop tokens included. */
export type Generate = (
  model: Generator,
  request: GenerationRequest,
  onToken: (token: number) => void,
  signal: AbortSignal,
) => Promise<Generated>;

/**
 * Seeded sampling with a key/value cache: prefill, then a step per token, until a stop token, the longest length or a
 * cancelled `signal`, which is seen between passes.
 * @throws {LlmchainError} `invalid_argument` when the prompt leaves no room for an answer
 */
export const generate: Generate = async (model, request, onToken, signal) => {
  const { prompt, temperatureMilli } = request;
  const limit = Math.min(request.maxTokens, roomFor(prompt.length, model.contextTokens));
  const seed = fromHex(request.seed);
  const sequence = new Sequence(model.decoder);
  const tokens: number[] = [];
  let pending = prompt;
  for (;;) {
    let logits: Float32Array | undefined;
    for await (const { rows } of sequence.append(pending)) {
      logits = rows.at(-1);
      if (signal.aborted) return { tokens, stop: 'cancelled' };
    }
    const token = draw(logits!, temperatureMilli, seed, tokens.length);
    tokens.push(token);
    onToken(token);
    if (model.stopTokens.has(token)) return { tokens, stop: 'stop' };
    if (tokens.length === limit) return { tokens, stop: 'length' };
    pending = [token];
  }
};

/**
 * How many tokens may follow a prompt.
 * @throws {LlmchainError} `invalid_argument` when it is empty or none may
 */
export function roomFor(promptTokens: number, contextTokens: number): number {
  if (promptTokens < 1) throw new LlmchainError('invalid_argument', 'The prompt is empty. Send at least one token.');
  if (promptTokens >= contextTokens) {
    throw new LlmchainError(
      'invalid_argument',
      `The prompt has ${promptTokens} tokens and the model takes ${contextTokens} with the answer. Shorten it.`,
      { promptTokens, contextTokens },
    );
  }
  return contextTokens - promptTokens;
}

function draw(logits: Float32Array, temperatureMilli: number, seed: Uint8Array, position: number): number {
  const scores = perturbed(logits, temperatureMilli, seed, position);
  const token = largest(scores);
  if (!Number.isFinite(scores[token])) {
    throw new LlmchainError('internal', 'The model gave a logit that is not a number. Its parameters are damaged.');
  }
  return token;
}
