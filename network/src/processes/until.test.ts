import { expect } from '@jest/globals';
import { until } from './until';

test('waits for the first answer and forgives failures before it', async () => {
  let calls = 0;
  const probe = (): Promise<number | undefined> => {
    calls += 1;
    return calls === 1 ? Promise.reject(new Error('not yet')) : Promise.resolve(calls < 3 ? undefined : calls);
  };
  await expect(until('three', probe, { everyMs: 1 })).resolves.toBe(3);
});

test('gives up after the time-out, with the last failure as cause', async () => {
  const waiting = until('it', () => Promise.reject(new Error('never')), { timeoutMs: 20, everyMs: 5 });
  await expect(waiting).rejects.toThrowWithCode('not_ready', { what: 'it' });
  await expect(waiting).rejects.toMatchObject({ cause: new Error('never') });
});

test('ends when told to', async () => {
  const controller = new AbortController();
  const waiting = until('it', () => Promise.resolve(false), { everyMs: 5, signal: controller.signal });
  controller.abort();
  await expect(waiting).rejects.toThrowWithCode('interrupted');
});

test('ends at once when what it waits for cannot come', async () => {
  const check = (): void => {
    throw new Error('it is dead');
  };
  await expect(until('it', () => Promise.resolve(false), { check })).rejects.toThrow('it is dead');
});
