import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, copyFile, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { LlmchainError } from '@llmchain/protocol';
import { LinePeer } from './line-peer';
import { CACHE } from './python';

const run = promisify(execFile);
const PEER = resolve(__dirname, '../peers/llama-cpp');

/** Not `npm ci`, which refuses a lock file that leaves out packages for platforms that the registry lacks. */
const INSTALL = ['install', '--ignore-scripts', '--omit=optional', '--no-audit', '--no-fund'];

/** Answers that are asked for at once. */
export interface Asked {
  prompt: string;
  requests: number;
  /** Of each answer. */
  tokens: number;
}

/**
 * llama.cpp in a process of its own, by its Node.js binding, whose package carries the library. It is asked {@link Asked}.
 * @throws {LlmchainError} `unavailable` where its packages cannot be had
 */
export async function llamaCpp(model: string): Promise<LinePeer> {
  return new LinePeer('llama.cpp', join(PEER, 'decode.mjs'), [await packages(), model]);
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
