import { appendFileSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { LOG_KEEPER, logKeeperSpec } from './log-keeper';
import { Processes } from './processes';
import { ProcessState } from './state';
import { until } from './until';

const KIB = 1024;

test('a log that has grown is turned over under the program that writes it, small ones are left', async () => {
  const logs = mkdtempSync(path.join(os.tmpdir(), 'llmchain-logs-'));
  const at = (name: string): string => path.join(logs, name);
  const state = new ProcessState({ file: at('state.json') });
  const processes = new Processes({ logs, log: (name) => at(`${name}.log`) }, { state });
  const program = openSync(at('peer.log'), 'a');
  appendFileSync(at('small.log'), 'little');
  await processes.ensure(logKeeperSpec({ logs, kib: 8, kept: 2, seconds: 0.1 }));
  try {
    for (const round of ['a', 'b', 'c']) {
      writeSync(program, round.repeat(10 * KIB));
      await until('the turn', () => Promise.resolve(statSync(at('peer.log')).size === 0), { everyMs: 20 });
    }
    writeSync(program, 'on');
    expect(readFileSync(at('peer.log'), 'utf8')).toBe('on');
    expect(readFileSync(at('peer.log.1'), 'utf8')).toBe('c'.repeat(10 * KIB));
    expect(readFileSync(at('peer.log.2'), 'utf8')).toBe('b'.repeat(10 * KIB));
    expect(existsSync(at('peer.log.3'))).toBe(false);
    expect(existsSync(at('small.log.1'))).toBe(false);
    expect(statSync(at('peer.log.1')).mode & 0o077).toBe(0);
  } finally {
    await processes.stop(LOG_KEEPER);
    rmSync(logs, { recursive: true });
  }
});
