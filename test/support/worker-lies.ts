import type { Generate } from '../../inference-workers/src';

/** A worker's answers when it does not ask the model: this text, of a byte-level model, whatever was asked. */
export function inventing(text: string): Generate {
  return (_model, { maxTokens }, onToken) => {
    const tokens = [...Buffer.from(text)].slice(0, maxTokens);
    tokens.forEach(onToken);
    return Promise.resolve({ tokens, stop: tokens.length === maxTokens ? 'length' : 'cancelled' });
  };
}
