import { expect } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isAlive, ProcessState } from './state';
import { Processes, type ProcessSpec } from './processes';
import { until } from './until';

let folder: string;
let state: ProcessState;
let processes: Processes;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'llmchain-processes-'));
  state = new ProcessState({ file: path.join(folder, 'state.json') });
  processes = open(state);
});
afterEach(async () => {
  for (const { name } of state.all()) await processes.stop(name);
  rmSync(folder, { recursive: true });
});

function open(from: ProcessState, graceMs = 10_000): Processes {
  return new Processes({ logs: folder, log: (name) => path.join(folder, `${name}.log`), graceMs }, { state: from });
}

const spec = (script: string, more: Partial<ProcessSpec> = {}): ProcessSpec => ({
  name: 'program',
  command: process.execPath,
  args: ['-e', script],
  env: { GREETING: 'hello' },
  cwd: folder,
  ...more,
});
const SLEEP = 'setInterval(() => {}, 1000)';
const log = (): string => readFileSync(path.join(folder, 'program.log'), 'utf8');

test('a program is started once, found again by the next command, and stopped', async () => {
  expect(await processes.ensure(spec(SLEEP))).toBe(true);
  expect(await processes.ensure(spec(SLEEP))).toBe(false);
  const { pid } = processes.running('program')!;
  const later = open(new ProcessState({ file: path.join(folder, 'state.json') }));
  expect(later.running('program')?.pid).toBe(pid);
  const stored = state.get('program')!;
  await processes.stop('program');
  expect(isAlive(stored)).toBe(false);
  expect(state.all()).toEqual([]);
});

test('a new revision or another setting replaces the process', async () => {
  await processes.ensure(spec(SLEEP, { revision: '1' }));
  const first = state.get('program')!;
  expect(await processes.ensure(spec(SLEEP, { revision: '2' }))).toBe(true);
  expect(isAlive(first)).toBe(false);
  expect(await processes.ensure(spec(SLEEP, { revision: '2', env: { GREETING: 'bye' } }))).toBe(true);
});

test('a killed process is started again', async () => {
  await processes.ensure(spec(SLEEP));
  const first = state.get('program')!;
  process.kill(first.pid, 'SIGKILL');
  await until('its end', () => Promise.resolve(!isAlive(first)));
  expect(await processes.ensure(spec(SLEEP))).toBe(true);
  expect(processes.running('program')!.pid).not.toBe(first.pid);
});

test('who does not end when asked is killed', async () => {
  const stubborn = open(state, 200);
  await stubborn.ensure(spec(`process.on('SIGTERM', () => {}); console.log('ready'); ${SLEEP}`));
  await until('the program', () => Promise.resolve(log().includes('ready')));
  const stored = state.get('program')!;
  await stubborn.stop('program');
  expect(isAlive(stored)).toBe(false);
});

test('secrets reach the program and are written nowhere', async () => {
  const secretEnv = { SECRET: 'open sesame' };
  await processes.ensure(spec(`console.log(process.env.GREETING, process.env.SECRET.length); ${SLEEP}`, { secretEnv }));
  await until('the program', () => Promise.resolve(log().includes('hello 11')));
  expect(readFileSync(path.join(folder, 'state.json'), 'utf8')).not.toContain('sesame');
});

test('the log says why a program has ended', async () => {
  await processes.ensure(spec("throw new Error('no such luck')"));
  await until('its end', () => Promise.resolve(processes.running('program') === undefined));
  await expect(() => processes.assertAlive('program')).toThrowWithCode('start_failed', { name: 'program' });
  expect(() => processes.assertAlive('program')).toThrow('no such luck');
});

test('a program that is not there cannot be started', async () => {
  await expect(processes.ensure(spec(SLEEP, { command: path.join(folder, 'none') }))).rejects.toThrowWithCode(
    'start_failed',
  );
  expect(state.all()).toEqual([]);
});
