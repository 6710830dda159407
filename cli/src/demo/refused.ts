import { LlmchainError } from '@llmchain/protocol';

/** Something that was refused, as it should be. */
export interface Refusal {
  code: string;
  what: string;
  details: unknown;
}

/** That an act is refused with this code. @throws {LlmchainError} `internal` when it is not: a promise was broken */
export async function refused(code: string, what: string, act: () => Promise<unknown>): Promise<Refusal> {
  try {
    await act();
  } catch (error) {
    if (error instanceof LlmchainError && error.code === code) return { code, what, details: error.details };
    throw error;
  }
  throw new LlmchainError('internal', `${what}: this should have been refused with ${code}, and was not.`);
}
