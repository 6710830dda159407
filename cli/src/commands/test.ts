import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { setPriority, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { Terminal } from '../terminal';

const ROOT = resolve(__dirname, '../../..');

/** How little a check beside the tests counts: it has the time that they leave a core idle. */
const BEHIND_TESTS = 10;

interface RunOptions {
  environment?: Readonly<Record<string, string>>;
  /** Runs behind others; what the tool says then comes at once, when it ends. */
  behind?: boolean;
}

/** Runs one of the project's own tools; its output goes to the person. */
async function run(args: readonly string[], { environment = {}, behind = false }: RunOptions = {}): Promise<number> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      stdio: ['ignore', behind ? 'pipe' : 2, behind ? 'pipe' : 2],
      env: { ...process.env, NODE_OPTIONS: '--disable-warning=ExperimentalWarning', ...environment },
    });
    if (behind && child.pid !== undefined) setPriority(child.pid, BEHIND_TESTS);
    const said: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (part: Buffer) => said.push(part));
    child.once('error', fail);
    child.once('close', (code, signal) => {
      process.stderr.write(Buffer.concat(said));
      done(code ?? (signal ? 1 : 0));
    });
  });
}

const bin = (path: string): string => join(ROOT, 'node_modules', path);

const CHECKS: readonly { name: string; args: readonly string[] }[] = [
  { name: 'format', args: [bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'] },
  // With types of the whole tree in memory it comes near to what Node.js gives a heap by itself.
  { name: 'lint', args: ['--max-old-space-size=6144', bin('eslint/bin/eslint.js'), '.'] },
  {
    name: 'boundaries',
    args: [
      bin('dependency-cruiser/bin/dependency-cruise.mjs'),
      '--config',
      '.dependency-cruiser.cjs',
      '--output-type',
      'err-long',
      ...[
        'bench',
        'ca-client',
        'chaincode',
        'cli',
        'evidence',
        'gateway',
        'gateway-client',
        'indexer',
        'inference-workers',
        'ingestion',
        'ledger-client',
        'network',
        'onnx-graph',
        'protocol',
        'training',
      ].map((name) => `${name}/src`),
      'test',
    ],
  },
  { name: 'unused', args: [bin('knip/bin/knip.js')] },
];

const TYPES = { name: 'types', args: [bin('typescript/bin/tsc'), '-b'] };

const Summary = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numRuntimeErrorTestSuites: z.number(),
});

export interface Tally {
  passed: number;
  failed: number;
}

async function check(
  terminal: Terminal,
  { name, args }: { name: string; args: readonly string[] },
  behind = false,
): Promise<Tally> {
  const step = terminal.step(name);
  const code = await run(args, { behind });
  if (code === 0) step.done();
  else step.fail(new Error('see the messages above'));
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 };
}

/** Runs a jest configuration; a suite that could not run counts as a failure. */
async function jest(
  terminal: Terminal,
  name: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Tally> {
  const folder = await mkdtemp(join(tmpdir(), 'llmchain-test-'));
  const file = join(folder, 'summary.json');
  const step = terminal.step(name);
  try {
    await run([bin('jest/bin/jest.js'), ...args, '--json', `--outputFile=${file}`], { environment });
    const summary = Summary.parse(JSON.parse(await readFile(file, 'utf8')));
    const tally = {
      passed: summary.numPassedTests,
      failed: summary.numFailedTests + summary.numRuntimeErrorTestSuites,
    };
    if (tally.failed === 0 && tally.passed > 0) step.done(`${tally.passed} tests`);
    else step.fail(new Error(`${tally.failed} failed`));
    return tally.passed === 0 ? { passed: 0, failed: Math.max(1, tally.failed) } : tally;
  } catch (error) {
    step.fail(error);
    return { passed: 0, failed: 1 };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export async function lintCommand(terminal: Terminal): Promise<boolean> {
  const tallies = [];
  for (const one of [TYPES, ...CHECKS]) tallies.push(await check(terminal, one));
  return tell(terminal, tallies);
}

/**
 * Types, then unit and contract tests and the scenarios on a real network of their own ports and folder. The checks run
 * behind them: scenarios wait most of the time, and on two cores what is left over is more than the checks need.
 */
export async function testCommand(terminal: Terminal, options: { all: boolean; unit: boolean }): Promise<boolean> {
  const tallies = [await check(terminal, TYPES)];
  const tests = async (): Promise<void> => {
    // Jest leaves one core idle unless told otherwise: half of the machine, on two.
    tallies.push(await jest(terminal, 'unit', ['--config', 'jest.config.cjs', '--maxWorkers=100%']));
    if (options.unit) return;
    const environment: Record<string, string> = options.all ? { LLMCHAIN_TEST_ALL: '1' } : {};
    const scenarios = ['--config', 'jest.scenario.config.cjs', '--runInBand'];
    tallies.push(await jest(terminal, 'scenarios', scenarios, environment));
  };
  const checks = async (): Promise<void> => {
    for (const one of CHECKS) tallies.push(await check(terminal, one, true));
  };
  await Promise.all([tests(), checks()]);
  return tell(terminal, tallies);
}

function tell(terminal: Terminal, tallies: readonly Tally[]): boolean {
  const passed = tallies.reduce((sum, tally) => sum + tally.passed, 0);
  const failed = tallies.reduce((sum, tally) => sum + tally.failed, 0);
  terminal.result({ passed, failed }, `${passed} passed, ${failed} failed`);
  return failed === 0;
}
