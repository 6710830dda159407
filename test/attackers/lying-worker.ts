import type { Generate } from '@llmchain/inference-workers';
import { prefilledFingerprints, runWorker } from '@llmchain/inference-workers';

/** What the lie says, as the bytes that are a byte-level model's tokens. */
const INVENTED = [
  ...Buffer.from('Thou hast no need of any model here, for I have made this verse without its aid.\n', 'utf8'),
];

/**
 * Answers at once with what it likes; receipts, signatures and openings are made as the honest worker makes them, and
 * fingerprints by an honest pass over the lie, so that the tokens alone give it away.
 */
const invent: Generate = async ({ decoder }, request, onToken) => {
  const tokens = INVENTED.slice(0, request.maxTokens);
  for (const token of tokens) onToken(token);
  const fingerprints =
    request.fingerprinted && tokens.length > 0
      ? { fingerprints: await prefilledFingerprints(decoder, request.prompt, tokens) }
      : {};
  return { tokens, stop: 'length', ...fingerprints };
};

runWorker({ generate: invent, roles: ['serve', 'verify'] });
