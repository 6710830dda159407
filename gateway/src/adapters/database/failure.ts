import { LlmchainError } from '@llmchain/protocol';

/** What the database threw, as an error of ours; the log has the cause. */
export async function asking<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (cause) {
    if (cause instanceof LlmchainError) throw cause;
    throw new LlmchainError('unavailable', 'The database did not answer. Try again in a moment.', {}, { cause });
  }
}
