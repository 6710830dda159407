import { setTimeout as sleep } from 'node:timers/promises';
import { NetworkError } from '../errors';

export interface UntilOptions {
  readonly timeoutMs?: number;
  readonly everyMs?: number;
  /** Called before every attempt; what it throws ends the wait. */
  readonly check?: () => void;
  readonly signal?: AbortSignal | undefined;
}

/** @param ms milliseconds */
export function pause(ms: number): Promise<void> {
  return sleep(ms);
}

/**
 * Asks again and again until the answer is neither `undefined` nor `false`; an attempt that throws counts as no answer.
 * @param what what is waited for, as in "the peer of guild"
 * @throws {NetworkError} `not_ready` after the time-out (60 s by default), `interrupted` when `signal` fires
 */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined | false>,
  options: UntilOptions = {},
): Promise<T> {
  const { timeoutMs = 60_000, everyMs = 50, signal } = options;
  const end = Date.now() + timeoutMs;
  let cause: unknown;
  for (;;) {
    if (signal?.aborted === true) throw new NetworkError('interrupted', `interrupted while waiting for ${what}`);
    options.check?.();
    try {
      const answer = await probe();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      cause = error;
    }
    if (Date.now() > end)
      throw new NetworkError(
        'not_ready',
        `${what} was not ready within ${Math.round(timeoutMs / 1000)} s: see its log with "llmchain logs", then try again`,
        { what },
        { cause },
      );
    await pause(everyMs);
  }
}
