import type { Decoder } from './decoder/decoder';
import { Fingerprinter } from './fingerprinter';

/**
 * Fingerprints of the last hidden states of an answer, by one pass over prompt and answer however its tokens were come by:
 * what a cheat gives who computes tokens otherwise, and verifiers have to tell by the tokens.
 * @param decoder that gives hidden states
 * @param tokens of the answer, at least one
 */
export async function prefilledFingerprints(
  decoder: Decoder,
  prompt: readonly number[],
  tokens: readonly number[],
): Promise<string[]> {
  const size = decoder.hiddenSize;
  if (size === undefined) throw new RangeError('The decoder gives no hidden states.');
  const fed = [...prompt, ...tokens.slice(0, -1)];
  const fingerprinter = new Fingerprinter(size);
  await decoder.allocate(1, fed.length).forward({
    rows: [{ row: 0, past: 0, tokens: fed }],
    logits: tokens.length,
    hidden: (states) => {
      for (let at = 0; at < tokens.length; at++) fingerprinter.push(states.subarray(at * size, (at + 1) * size));
    },
  });
  return fingerprinter.end();
}
