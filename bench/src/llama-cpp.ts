import { execFile, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { access, copyFile, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { promisify } from 'node:util';
import { LlmchainError } from '@llmchain/protocol';
import { z } from 'zod';
import { CACHE } from './python';

const run = promisify(execFile);
const PEER = resolve(__dirname, '../peers/llama-cpp');

const Answered = z.object({ seconds: z.number(), tokens: z.number() });
export type Answered = z.infer<typeof Answered>;

/** Not `npm ci`, which refuses a lock file that leaves out packages for platforms that the registry lacks. */
const INSTALL = ['install', '--ignore-scripts', '--omit=optional', '--no-audit', '--no-fund'];

/** Answers that are asked for at once. */
export interface Asked {
  prompt: string;
  requests: number;
  /** Of each answer. */
  tokens: number;
}

/** llama.cpp in a process of its own, by its Node.js binding, whose package carries the library. */
export class LlamaCpp {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: Interface;

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout });
  }

  /** @throws {LlmchainError} `unavailable` where its packages cannot be had */
  static async open(model: string): Promise<LlamaCpp> {
    const child = spawn(process.execPath, [join(PEER, 'decode.mjs'), await packages(), model], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stderr.resume();
    return new LlamaCpp(child);
  }

  async answer(asked: Asked): Promise<Answered> {
    const answered = new AbortController();
    const ended = once(this.#child, 'exit', answered).then(() => {
      throw new LlmchainError('internal', 'llama.cpp ended before it had answered.');
    });
    const line = once(this.#lines, 'line', answered) as Promise<[string]>;
    this.#child.stdin.write(`${JSON.stringify(asked)}\n`);
    try {
      const [text] = await Promise.race([line, ended]);
      return Answered.parse(JSON.parse(text));
    } finally {
      ended.catch(() => undefined);
      line.catch(() => undefined);
      answered.abort();
    }
  }

  close(): void {
    this.#child.stdin.end();
  }
}

/** The folder with the packages that the lock file pins, installed once, without the libraries for GPUs. */
async function packages(): Promise<string> {
  const lock = await readFile(join(PEER, 'package-lock.json'), 'utf8');
  const digest = createHash('sha256').update(`${process.version}${lock}`).digest('hex');
  const folder = join(CACHE, 'peers', `llama-cpp-${digest.slice(0, 16)}`);
  const there = await access(folder).then(
    () => true,
    () => false,
  );
  if (there) return folder;
  const part = `${folder}.${process.pid}`;
  await mkdir(part, { recursive: true });
  try {
    for (const file of ['package.json', 'package-lock.json']) await copyFile(join(PEER, file), join(part, file));
    await run('npm', INSTALL, { cwd: part });
    await rename(part, folder);
  } catch (cause) {
    await rm(part, { recursive: true, force: true });
    throw new LlmchainError('unavailable', 'The packages of llama.cpp could not be had.', {}, { cause });
  }
  return folder;
}
