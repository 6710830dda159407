import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startTime } from './proc';
import { isAlive, ProcessState, type StoredProcess } from './state';

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(os.tmpdir(), 'llmchain-state-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const stored = (name: string): StoredProcess => ({
  name,
  pid: process.pid,
  startTime: startTime(process.pid)!,
  startedAt: 1,
  command: 'node',
  args: [],
  env: { A: 'b' },
  cwd: '/',
  fingerprint: 'f',
  stopSignal: 'SIGTERM',
});

test('what was put is read back by another command, in order', () => {
  const file = path.join(folder, 'state.json');
  const state = new ProcessState({ file });
  state.put(stored('a'));
  state.put(stored('b'));
  state.put(stored('a'));
  expect(new ProcessState({ file }).all()).toEqual([stored('b'), stored('a')]);
  state.remove('b');
  expect(new ProcessState({ file }).get('b')).toBeUndefined();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, 'utf8')).not.toContain('.tmp');
});

test('a process that got the id of a former one is not taken for it', () => {
  expect(isAlive(stored('a'))).toBe(true);
  expect(isAlive({ ...stored('a'), startTime: '1' })).toBe(false);
});

test('a broken file is refused, not forgotten', () => {
  const file = path.join(folder, 'state.json');
  writeFileSync(file, '{"version": 2}');
  expect(() => new ProcessState({ file })).toThrow('by hand');
});
