import { statfs } from 'node:fs/promises';
import path from 'node:path';
import { NetworkError } from '../errors';
import { isMissing } from '../files';

const GIB = 1024 ** 3;

/** Free space without which `up` does not begin: databases and ledgers stop for good in the middle of a write. */
export const ROOM_TO_START = 1 * GIB;

/** Free space below which a program that failed probably failed for want of it. */
export const ROOM_TO_RUN = 64 * 1024 ** 2;

/** Bytes that this user can still write in `folder`, or where it would be made. */
export async function freeBytes(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (error) {
    const parent = path.dirname(folder);
    if (!isMissing(error) || parent === folder) throw error;
    return freeBytes(parent);
  }
}

/** @throws {NetworkError} `disk_full` where less than `needed` bytes are free */
export async function assertRoom(folder: string, needed: number = ROOM_TO_START): Promise<void> {
  const free = await freeBytes(folder);
  if (free >= needed) return;
  throw new NetworkError(
    'disk_full',
    `${amount(free)} are free on the disk of ${folder}, ${amount(needed)} are needed: make room, or name a folder on another disk with --home`,
    { folder, free, needed },
  );
}

/** As in `1.5 GiB`. */
export function amount(bytes: number): string {
  const [size, unit] = bytes >= GIB ? [bytes / GIB, 'GiB'] : [bytes / 1024 ** 2, 'MiB'];
  return `${size.toFixed(size < 10 ? 1 : 0)} ${unit}`;
}
