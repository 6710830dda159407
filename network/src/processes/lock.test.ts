import { expect } from '@jest/globals';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { inTurn, withLock } from './lock';
import { startTime } from './proc';
import { pause } from './until';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'llmchain-lock-'));
  file = path.join(folder, 'lock');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a lock that is held is refused and named', async () => {
  await withLock(file, async () => {
    await expect(withLock(file, () => Promise.resolve())).rejects.toThrowWithCode('locked', { pid: process.pid });
    expect(existsSync(file)).toBe(true);
  });
  expect(readdirSync(folder)).toEqual([]);
});

test('it is released when the work fails', async () => {
  await expect(withLock(file, () => Promise.reject(new Error('oh')))).rejects.toThrow('oh');
  await expect(withLock(file, () => Promise.resolve(1))).resolves.toBe(1);
});

test.each([
  ['a dead process', `${2 ** 22 + 1} 4711\n`],
  ['a former process of the same id', `${process.pid} 1\n`],
])('the lock of %s is taken over', async (_, content) => {
  writeFileSync(file, content);
  await expect(withLock(file, () => Promise.resolve(2))).resolves.toBe(2);
  expect(readdirSync(folder)).toEqual([]);
});

test('the lock of a living process is not', async () => {
  writeFileSync(file, `${process.ppid} ${startTime(process.ppid)!}\n`);
  await expect(withLock(file, () => Promise.resolve())).rejects.toThrowWithCode('locked', { pid: process.ppid });
});

test('those who wait for their turn come one after the other', async () => {
  let inside = 0;
  let most = 0;
  const turns = Array.from({ length: 3 }, (_, turn) =>
    inTurn(file, async () => {
      most = Math.max(most, ++inside);
      await pause(50);
      inside--;
      return turn;
    }),
  );
  expect(await Promise.all(turns)).toEqual([0, 1, 2]);
  expect(most).toBe(1);
  await expect(inTurn(file, () => Promise.reject(new Error('oh')))).rejects.toThrow('oh');
});
