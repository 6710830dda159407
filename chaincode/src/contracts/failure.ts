import { LlmchainError } from '@llmchain/protocol';

/** Errors cross the peer as their message alone, so the message is the whole error as JSON. */
export function encoded(error: unknown): Error {
  if (error instanceof LlmchainError) return new Error(JSON.stringify(error), { cause: error });
  return new Error(
    JSON.stringify({
      code: 'internal',
      message: 'The contract failed; the log of the endorser has the cause.',
      details: {},
    }),
    { cause: error },
  );
}
