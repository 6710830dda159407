import { randomInt } from 'node:crypto';
import { LlmchainError } from '@llmchain/protocol';
import type { Generate } from './generate';

/** Of how many tokens in a row one is false. */
const EVERY = 2;

/** What tokens there are. */
interface Tokens {
  stopTokens: ReadonlySet<number>;
  /** How many the model knows. */
  vocabulary: number;
}

/**
 * Answers falsely, as a worker would that edits its answers: every second token of a true answer is replaced by another that
 * chance picks. Fingerprints stay those of the true answer. Tests verifiers; nobody is given such an answer to use.
 * @param honest how the true answer is computed; an answer without a token to replace fails with `not_supported`
 */
export function canaryOf(honest: Generate, known: Tokens): Generate {
  return async (model, request, onToken, signal) => {
    const answer = await honest(model, request, () => undefined, signal);
    const tokens = answer.tokens.map((token, at) =>
      at % EVERY === 0 && !known.stopTokens.has(token) ? otherThan(token, known) : token,
    );
    if (tokens.every((token, at) => token === answer.tokens[at]))
      throw new LlmchainError('not_supported', 'The answer has no token that could be false. Ask something else.');
    for (const token of tokens) onToken(token);
    return { ...answer, tokens };
  };
}

/** Another token that does not end an answer; the same where there is none. */
function otherThan(token: number, { stopTokens, vocabulary }: Tokens): number {
  const first = randomInt(vocabulary);
  for (let step = 0; step < vocabulary; step++) {
    const other = (first + step) % vocabulary;
    if (other !== token && !stopTokens.has(other)) return other;
  }
  return token;
}
