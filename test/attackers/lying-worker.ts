import type { Generate } from '@llmchain/inference-workers';
import { runWorker } from '@llmchain/inference-workers';

/** What the lie says, as the bytes that are a byte-level model's tokens. */
const INVENTED = [
  ...Buffer.from('Thou hast no need of any model here, for I have made this verse without its aid.\n', 'utf8'),
];

/** Answers at once with what it likes; receipts, signatures and openings are made as the honest worker makes them. */
const invent: Generate = (_model, request, onToken) => {
  const tokens = INVENTED.slice(0, request.maxTokens);
  for (const token of tokens) onToken(token);
  return Promise.resolve({ tokens, stop: 'length' });
};

runWorker({ generate: invent, roles: ['serve', 'verify'] });
