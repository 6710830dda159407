import { LlmchainError, type Receipt } from '@llmchain/protocol';

export interface GenerationRequest {
  prompt: readonly number[];
  /** Tokens of the answer that are there already: it goes on after them, at their end's position. */
  answered?: readonly number[];
  /** Ticket digest, which keys the sampler: 64 hexadecimal digits. */
  seed: string;
  temperatureMilli: number;
  /** Of the whole answer. */
  maxTokens: number;
  /** Whose request it is: tenants are served fairly, and what is cached of one never shortens another's answer. */
  tenant: string;
  /** Whether fingerprints of the last hidden states are taken; the decoder has to give them. */
  fingerprinted?: boolean;
  /** Told when its turn comes; what it throws ends the request before anything is computed. */
  begin?: () => void;
}

export interface Generated {
  /** The tokens that were generated; a stop token is the last of them and counts. */
  tokens: number[];
  stop: Receipt['stop'];
  /** Where they were asked for, one for each window of the tokens. */
  fingerprints?: string[];
}

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
