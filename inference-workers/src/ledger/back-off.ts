import { setTimeout as delay } from 'node:timers/promises';
import { LlmchainError } from '@llmchain/protocol';

/** Milliseconds to wait before the next attempt: doubling from 250 ms up to `cap`. */
export function backOff(attempt: number, cap = 5_000): number {
  return Math.min(cap, 250 * 2 ** Math.min(attempt, 20));
}

/** Waits; returns at once, without an error, when `signal` is aborted. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}

/** `code` of an error of ours, `internal` for any other: what a log line may say of a failure. */
export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : 'internal';
}

/** What a log line says of a failure: messages of ours hold no prompts, answers or keys; those of others may. */
export function problemOf(error: unknown): { code: string; problem?: string } {
  return { code: codeOf(error), ...(error instanceof LlmchainError ? { problem: error.message } : {}) };
}
