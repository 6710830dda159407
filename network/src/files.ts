import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { NetworkError } from './errors';

/** Writes a file through a temporary neighbour, so that a reader or a kill never sees half of it. */
export async function writeFileAtomic(file: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${randomBytes(4).toString('hex')}.tmp`;
  await writeFile(temporary, content, { mode });
  await rename(temporary, file);
}

/** Writes a secret: readable by the owner alone. */
export function writeSecret(file: string, content: string | Uint8Array): Promise<void> {
  return writeFileAtomic(file, content, 0o600);
}

/** Writes `value` as indented JSON. */
export function writeJson(file: string, value: unknown, mode = 0o600): Promise<void> {
  return writeFileAtomic(file, `${JSON.stringify(value, null, 2)}\n`, mode);
}

/** The text of `file`, or `undefined` where there is none. */
export async function readIfPresent(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Whether a file-system call failed because the file is not there. */
export function isMissing(error: unknown): boolean {
  return errno(error) === 'ENOENT';
}

/** The `errno` word of a system error, if it is one. */
export function errno(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/**
 * Makes the folder of a Unix socket, and the one above it, so that nobody else can enter. In a place where others may write, one of them may have made it first.
 * @throws {NetworkError} `home_invalid` where it is another user's or open to others
 */
export async function socketFolderOf(socket: string): Promise<void> {
  const folder = path.dirname(socket);
  for (const each of [path.dirname(folder), folder]) await privateFolder(each);
}

async function privateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const found = await stat(folder);
  if (found.uid !== process.getuid?.() || (found.mode & 0o077) !== 0)
    throw new NetworkError('home_invalid', `${folder} is open to other users: remove it, then try again`, { folder });
}
