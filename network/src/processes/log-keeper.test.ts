import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { LOG_KEEPER, logKeeperSpec } from './log-keeper';
import { Processes } from './processes';
import { ProcessState } from './state';
import { until } from './until';

const KIB = 1024;

/** Whether the file system of the tests can cut out the start of a file; where it cannot, lines may be lost. */
const CUTS = cuts(os.tmpdir());

function cuts(folder: string): boolean {
  const probe = path.join(mkdtempSync(path.join(folder, 'llmchain-cut-')), 'probe');
  writeFileSync(probe, 'x'.repeat(64 * KIB));
  const args = ['--collapse-range', '--offset', '0', '--length', String(32 * KIB), probe];
  const { status } = spawnSync('fallocate', args);
  rmSync(path.dirname(probe), { recursive: true });
  return status === 0;
}

let logs: string;
let processes: Processes;
const at = (name: string): string => path.join(logs, name);
const text = (name: string): string => (existsSync(at(name)) ? readFileSync(at(name), 'utf8') : '');
beforeEach(() => {
  logs = mkdtempSync(path.join(os.tmpdir(), 'llmchain-logs-'));
  const state = new ProcessState({ file: at('state.json') });
  processes = new Processes({ logs, log: (name) => at(`${name}.log`) }, { state });
});
afterEach(async () => {
  await processes.stop(LOG_KEEPER);
  rmSync(logs, { recursive: true });
});

test('a log that has grown is turned over under the program that writes it, small ones are left', async () => {
  const program = openSync(at('peer.log'), 'a');
  writeFileSync(at('small.log'), 'little');
  await processes.ensure(logKeeperSpec({ logs, kib: 8, kept: 2, seconds: 0.1 }));
  for (const round of ['a', 'b', 'c']) {
    writeSync(program, round.repeat(100 * KIB));
    await until('the turn', () => Promise.resolve(statSync(at('peer.log')).size <= 8 * KIB), { everyMs: 20 });
  }
  writeSync(program, 'on');
  expect(text('peer.log')).toMatch(/^c*on$/);
  expect(text('peer.log.1')).toMatch(/^b*c+$/);
  expect(text('peer.log.2')).toMatch(/^a*b+$/);
  expect((text('peer.log.2') + text('peer.log.1') + text('peer.log')).endsWith(`${'c'.repeat(100 * KIB)}on`)).toBe(
    true,
  );
  expect(existsSync(at('peer.log.3'))).toBe(false);
  expect(existsSync(at('small.log.1'))).toBe(false);
  expect(statSync(at('peer.log.1')).mode & 0o077).toBe(0);
});

(CUTS ? test : test.skip)('no line is lost while a program writes', async () => {
  const lines = 20_000;
  const kept = 60;
  await processes.ensure(logKeeperSpec({ logs, kib: 32, kept, seconds: 0.05 }));
  const log = openSync(at('peer.log'), 'a', 0o600);
  const program = `const fs = require('node:fs'); for (let i = 0; i < ${lines}; i++) fs.writeSync(1, \`line \${i} of a program\\n\`);`;
  const writer = spawn(process.execPath, ['-e', program], { stdio: ['ignore', log, 'ignore'] });
  await once(writer, 'exit');
  await until('the last turn', () => Promise.resolve(statSync(at('peer.log')).size <= 32 * KIB), { everyMs: 20 });
  const names = [...Array.from({ length: kept }, (_, index) => `peer.log.${kept - index}`), 'peer.log'];
  const numbers = names
    .map(text)
    .join('')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => Number(/^line (\d+) of a program$/.exec(line)?.[1]));
  expect(numbers).toEqual(Array.from({ length: lines }, (_, index) => index));
  expect(existsSync(at('peer.log.1'))).toBe(true);
});
