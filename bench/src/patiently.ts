import { setTimeout as delay } from 'node:timers/promises';
import { LlmchainError, type ErrorCode } from '@llmchain/protocol';

const ATTEMPTS = 40;
const WAIT_MS = 250;

/** Does something again, for ten seconds at least, while it fails with one of these codes. @throws what it throws else, or at the end */
export async function patiently<T>(act: () => Promise<T>, passing: readonly ErrorCode[]): Promise<T> {
  for (let left = ATTEMPTS; ; left--) {
    try {
      return await act();
    } catch (error) {
      if (left === 0 || !(error instanceof LlmchainError) || !passing.includes(error.code)) throw error;
      await delay(WAIT_MS);
    }
  }
}
