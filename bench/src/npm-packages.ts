import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, copyFile, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { LlmchainError } from '@llmchain/protocol';
import { CACHE } from './python';

const run = promisify(execFile);
const PEERS = resolve(__dirname, '../peers');

/** Not `npm ci`, which refuses a lock file that leaves out packages for platforms that the registry lacks. */
const INSTALL = ['install', '--ignore-scripts', '--no-audit', '--no-fund'];

/** A program of a peer's folder, and the folder with the packages that it takes from. */
export interface NpmPeer {
  script: string;
  packages: string;
}

/**
 * The packages that the lock file of a folder of `bench/peers` pins, installed once into the cache; they are no part of the
 * product. Nothing of theirs runs at the installation.
 * @param options.withoutOptional where optional packages are libraries for devices that are not measured
 * @throws {LlmchainError} `unavailable` where they cannot be had
 */
export async function npmPeer(name: string, options: { withoutOptional?: boolean } = {}): Promise<NpmPeer> {
  const peer = join(PEERS, name);
  const script = join(peer, 'decode.mjs');
  const lock = await readFile(join(peer, 'package-lock.json'), 'utf8');
  const digest = createHash('sha256').update(`${process.version}${lock}`).digest('hex');
  const folder = join(CACHE, 'peers', `${name}-${digest.slice(0, 16)}`);
  const there = await access(folder).then(
    () => true,
    () => false,
  );
  if (there) return { script, packages: folder };
  const part = `${folder}.${process.pid}`;
  await mkdir(part, { recursive: true });
  try {
    for (const file of ['package.json', 'package-lock.json']) await copyFile(join(peer, file), join(part, file));
    await run('npm', [...INSTALL, ...(options.withoutOptional ? ['--omit=optional'] : [])], { cwd: part });
    await rename(part, folder);
  } catch (cause) {
    await rm(part, { recursive: true, force: true });
    throw new LlmchainError('unavailable', `The packages of ${name} could not be had.`, {}, { cause });
  }
  return { script, packages: folder };
}
