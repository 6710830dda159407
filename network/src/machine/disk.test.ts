import os from 'node:os';
import path from 'node:path';
import { amount, assertRoom, freeBytes } from './disk';

test('a folder that is not there yet has the room of the one it would be made in', async () => {
  const free = await freeBytes(path.join(os.tmpdir(), 'no', 'such', 'folder'));
  expect(free).toBeGreaterThan(0);
  expect(Math.abs(free - (await freeBytes(os.tmpdir())))).toBeLessThan(1024 ** 3);
});

test('too little room is named, with the folder and both amounts', async () => {
  await assertRoom(os.tmpdir(), 1);
  await expect(assertRoom(os.tmpdir(), 2 ** 60)).rejects.toThrowWithCode('disk_full', { needed: 2 ** 60 });
  await expect(assertRoom(os.tmpdir(), 2 ** 60)).rejects.toThrow('--home');
});

test('amounts are for people', () => {
  expect([1024 ** 2, 1.5 * 1024 ** 3, 74 * 1024 ** 3].map(amount)).toEqual(['1.0 MiB', '1.5 GiB', '74 GiB']);
});
