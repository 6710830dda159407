import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { LlmchainError } from '@llmchain/protocol';

const run = promisify(execFile);
const PEERS = resolve(__dirname, '../peers');
const LONGEST_OUTPUT = 64 * 1024 * 1024;

/** Where what benchmarks fetch is kept. */
export const CACHE = process.env['LLMCHAIN_CACHE'] ?? join(homedir(), '.cache', 'llmchain');

/**
 * A Python peer with the packages that a file of `bench/peers` pins by digest, installed once into the cache: wheels alone, so
 * that nothing runs at the installation.
 */
export class Python {
  private constructor(private readonly packages: string) {}

  /** @throws {LlmchainError} `unavailable` where the packages cannot be had for this Python */
  static async with(requirements: string): Promise<Python> {
    const file = join(PEERS, requirements);
    const { stdout: version } = await run('python3', ['--version']).catch(unavailable(requirements));
    const digest = createHash('sha256')
      .update(`${version}${await readFile(file, 'utf8')}`)
      .digest('hex');
    const folder = join(CACHE, 'python', digest.slice(0, 16));
    if (
      await access(folder).then(
        () => true,
        () => false,
      )
    )
      return new Python(folder);
    const made = `${folder}.${process.pid}`;
    await mkdir(made, { recursive: true });
    const options = [
      '--quiet',
      '--disable-pip-version-check',
      '--no-deps',
      '--only-binary',
      ':all:',
      '--require-hashes',
    ];
    try {
      await run('python3', ['-m', 'pip', 'install', ...options, '--target', made, '-r', file]);
      await rename(made, folder);
    } catch (cause) {
      await rm(made, { recursive: true, force: true });
      unavailable(requirements)(cause);
    }
    return new Python(folder);
  }

  /** How a program of `bench/peers` is started. */
  program(name: string): { command: [string, string]; env: NodeJS.ProcessEnv } {
    const env = { PATH: process.env['PATH'], PYTHONPATH: this.packages, PYTHONDONTWRITEBYTECODE: '1' };
    return { command: ['python3', join(PEERS, name)], env };
  }

  /** Standard output of a program of `bench/peers`. @throws {LlmchainError} `internal` */
  async run(program: string, ...args: readonly string[]): Promise<string> {
    const { command, env } = this.program(program);
    const [python, ...first] = command;
    const { stdout } = await run(python, [...first, ...args], { env, maxBuffer: LONGEST_OUTPUT }).catch(
      (cause: unknown) => {
        throw new LlmchainError('internal', `The peer ${program} failed: ${lastWord(cause)}`, {}, { cause });
      },
    );
    return stdout;
  }
}

function lastWord(cause: unknown): string {
  return (cause as { stderr?: string }).stderr?.trim().split('\n').at(-1) ?? String(cause);
}

function unavailable(requirements: string) {
  return (cause: unknown): never => {
    const message = `The packages of ${requirements} could not be had: ${lastWord(cause)}`;
    throw new LlmchainError('unavailable', message, {}, { cause });
  };
}
