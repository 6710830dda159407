import { LlmchainError } from '@llmchain/protocol';
import autocannon from 'autocannon';

/**
 * Requests per second that a URL answers to so many connections, each of which asks again as soon as it is answered.
 * @throws {LlmchainError} `unavailable` when an answer is an error or does not come: the figure would mean nothing
 */
export async function requestsPerSecond(
  url: string,
  key: string,
  { connections, seconds }: { connections: number; seconds: number },
): Promise<number> {
  const headers = { authorization: `Bearer ${key}` };
  const { requests, duration, non2xx, errors } = await autocannon({ url, connections, duration: seconds, headers });
  if (non2xx + errors > 0)
    throw new LlmchainError('unavailable', `${non2xx + errors} of ${requests.total} requests failed.`, { url });
  return requests.total / duration;
}

/** How often per second something can be done by so many at once, each going on as soon as it is done. */
export async function timesPerSecond(
  act: () => Promise<unknown>,
  { concurrency, seconds }: { concurrency: number; seconds: number },
): Promise<number> {
  const started = performance.now();
  const elapsed = (): number => (performance.now() - started) / 1000;
  let done = 0;
  const one = async (): Promise<void> => {
    while (elapsed() < seconds) {
      await act();
      done++;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, one));
  return done / elapsed();
}

/**
 * As {@link timesPerSecond}, of `seconds` seconds that begin when `warmUp` are over: what is done before or after is not
 * counted, so that it does not matter how long the first take.
 */
export async function steadyRate(
  act: () => Promise<unknown>,
  { concurrency, warmUp, seconds }: { concurrency: number; warmUp: number; seconds: number },
): Promise<number> {
  const started = performance.now();
  const since = (): number => (performance.now() - started) / 1000 - warmUp;
  let done = 0;
  const one = async (): Promise<void> => {
    while (since() < seconds) {
      await act();
      const at = since();
      if (at >= 0 && at < seconds) done++;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, one));
  return done / seconds;
}

/**
 * How long each of `count` acts took, milliseconds, when so many are at work at once.
 * @param act is told who does it (from 0) and the how-manieth of all it is
 */
export async function latencies(
  act: (who: number, at: number) => Promise<unknown>,
  { concurrency, count }: { concurrency: number; count: number },
): Promise<number[]> {
  const taken: number[] = [];
  let begun = 0;
  const one = async (who: number): Promise<void> => {
    while (begun < count) {
      const at = begun++;
      const started = performance.now();
      await act(who, at);
      taken.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, (_, who) => one(who)));
  return taken;
}
