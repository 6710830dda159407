import fc from 'fast-check';
import { canaryOf } from './canary';
import type { Generate, Generator } from './generate';

const VOCABULARY = 7;
const MODEL = {} as Generator;
const REQUEST = { prompt: [1], seed: '00', temperatureMilli: 0, maxTokens: 9, tenant: 't' };

const honest =
  (tokens: number[], told: number[] = []): Generate =>
  (_model, _request, onToken) => {
    for (const token of tokens) {
      told.push(token);
      onToken(token);
    }
    return Promise.resolve({ tokens, stop: 'length', fingerprints: ['of the truth'] });
  };

test('every second token is another, none ends the answer, and only what is false is told', async () => {
  const answers = fc.array(fc.nat(VOCABULARY - 1), { minLength: 1, maxLength: 20 });
  const stops = fc.uniqueArray(fc.nat(VOCABULARY - 1), { maxLength: VOCABULARY - 2 });
  await fc.assert(
    fc.asyncProperty(answers, stops, async (truth, stop) => {
      const stopTokens = new Set(stop);
      const told: number[] = [];
      const canary = canaryOf(honest(truth), { stopTokens, vocabulary: VOCABULARY });
      const answer = canary(MODEL, REQUEST, (token) => told.push(token), new AbortController().signal);
      if (truth.every((token, at) => at % 2 === 1 || stopTokens.has(token))) {
        await expect(answer).rejects.toThrowWithCode('not_supported');
        return;
      }
      const { tokens, ...rest } = await answer;
      expect(rest).toEqual({ stop: 'length', fingerprints: ['of the truth'] });
      expect(told).toEqual(tokens);
      for (const [at, token] of truth.entries()) {
        if (at % 2 === 1 || stopTokens.has(token)) expect(tokens[at]).toBe(token);
        else expect(tokens[at] === token || stopTokens.has(tokens[at]!)).toBe(false);
      }
    }),
  );
});
