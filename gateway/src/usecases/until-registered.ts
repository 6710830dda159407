import { setTimeout as delay } from 'node:timers/promises';
import { LlmchainError } from '@llmchain/protocol';
import type { Log } from '../ports/log';

/** Longest wait between two tries, milliseconds. */
const LONGEST_WAIT = 5_000;

/**
 * Tries until it is done, as when a gateway starts before its consortium is founded.
 * @param what such as `the signing key`
 * @returns undefined on abort
 */
export async function untilRegistered<T>(
  what: string,
  register: () => Promise<T>,
  { log, signal }: { log: Log; signal: AbortSignal },
): Promise<T | undefined> {
  for (let wait = 250; !signal.aborted; wait = Math.min(LONGEST_WAIT, wait * 2)) {
    try {
      return await register();
    } catch (error) {
      const code = error instanceof LlmchainError ? error.code : 'internal';
      log.debug({ code, error: String(error) }, `${what} is not registered yet`);
      await delay(wait, undefined, { signal }).catch(() => undefined);
    }
  }
  return undefined;
}
