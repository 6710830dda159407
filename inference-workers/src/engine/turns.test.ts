import { setTimeout as delay } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { Turns } from './turns';

const never = new AbortController().signal;

test('tasks run one at a time, in order, and a failure does not stop the next', async () => {
  const turns = new Turns({ waiting: 8 });
  const events: string[] = [];
  const task = (name: string) => async () => {
    events.push(`${name} begins`);
    await delay(2);
    events.push(`${name} ends`);
    if (name === 'b') throw new Error('b fails');
    return name;
  };
  const [a, b, c] = await Promise.allSettled(['a', 'b', 'c'].map((name) => turns.run(task(name), never)));
  expect(events).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  expect([a, b, c].map((result) => result?.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

test('beyond its length the queue refuses', async () => {
  const turns = new Turns({ waiting: 2 });
  const first = turns.run(() => delay(20), never);
  await delay(1);
  const waiting = [turns.run(() => delay(1), never), turns.run(() => delay(1), never)];
  await expect(turns.run(() => delay(1), never)).rejects.toThrowWithCode('overloaded');
  await Promise.all([first, ...waiting]);
  await expect(turns.run(() => Promise.resolve('again'), never)).resolves.toBe('again');
});

test('a task that was cancelled while it waited does not run', async () => {
  const turns = new Turns({ waiting: 2 });
  const cancel = new AbortController();
  const first = turns.run(() => delay(10), never);
  let ran = false;
  const second = turns.run(() => Promise.resolve((ran = true)), cancel.signal);
  cancel.abort();
  await expect(second).rejects.toThrow();
  await first;
  expect(ran).toBe(false);
});
