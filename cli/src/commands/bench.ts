import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

const MAIN = resolve(__dirname, '../../../bench/dist/main.js');

export interface BenchOptions {
  /** The consortium to measure; one of the benchmark's own where it is not given. */
  home?: string;
  portBase?: number;
  rounds?: number;
  smoke: boolean;
  /** With more trials, where the benchmark has a form that takes long. */
  long: boolean;
  json: boolean;
}

/** Runs a benchmark as the program that it is; what it says is what this command says. @returns whether it went well */
export async function benchCommand(name: string | undefined, options: BenchOptions): Promise<boolean> {
  const { home, portBase, rounds, smoke, long, json } = options;
  const given: readonly [string, string | number | undefined][] = [
    ['--home', home === undefined ? undefined : resolve(home)],
    ['--port-base', portBase],
    ['--rounds', rounds],
  ];
  const args = [
    ...(name === undefined ? [] : [name]),
    ...given.flatMap(([option, value]) => (value === undefined ? [] : [option, String(value)])),
    ...(smoke ? ['--smoke'] : []),
    ...(long ? ['--long'] : []),
    ...(json ? ['--json'] : []),
  ];
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...args], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child.once('error', fail);
    child.once('exit', (code) => done(code === 0));
  });
}
