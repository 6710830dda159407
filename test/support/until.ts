import { setTimeout as delay } from 'node:timers/promises';

/** Asks again until there is an answer. @throws {Error} after 15 s without one */
export async function until<T>(what: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (const end = Date.now() + 15_000; Date.now() < end;) {
    const found = await what();
    if (found !== undefined) return found;
    await delay(10);
  }
  throw new Error('waited in vain');
}
