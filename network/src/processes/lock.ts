import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { NetworkError } from '../errors';
import { errno, isMissing } from '../files';
import { startTime } from './proc';
import { pause } from './until';

/**
 * Runs `work` while holding the lock file; a lock whose holder is dead is taken over.
 * @throws {NetworkError} `locked` where another process holds it
 */
export async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  const mine = `${process.pid} ${startTime(process.pid) ?? ''}\n`;
  acquire(file, mine);
  try {
    return await work();
  } finally {
    if (holder(file) === mine) rmSync(file, { force: true });
  }
}

/** As {@link withLock}, once whoever holds the lock has let go of it. */
export async function inTurn<T>(file: string, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await withLock(file, work);
    } catch (error) {
      if (!(error instanceof NetworkError) || error.code !== 'locked' || error.details['file'] !== file) throw error;
      await pause(200);
    }
  }
}

/** A hard link appears with its content or not at all, so that no reader ever meets an empty lock. */
function acquire(file: string, mine: string): void {
  const candidate = `${file}.${randomBytes(4).toString('hex')}`;
  writeFileSync(candidate, mine, { mode: 0o600 });
  try {
    for (;;) {
      try {
        linkSync(candidate, file);
        return;
      } catch (error) {
        if (errno(error) !== 'EEXIST') throw error;
      }
      const other = holder(file);
      if (other === undefined) continue;
      const [pid = '', started] = other.trim().split(' ');
      if (started !== undefined && startTime(Number(pid)) === started)
        throw new NetworkError(
          'locked',
          `process ${pid} is already starting or stopping this consortium: wait for it to end`,
          { pid: Number(pid), file },
        );
      takeOver(file, other);
    }
  } finally {
    rmSync(candidate, { force: true });
  }
}

/** Moves a dead holder's lock away; puts it back where a living one took its place in between. */
function takeOver(file: string, dead: string): void {
  const aside = `${file}.${randomBytes(4).toString('hex')}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  try {
    if (readFileSync(aside, 'utf8') !== dead) linkSync(aside, file);
  } finally {
    rmSync(aside, { force: true });
  }
}

function holder(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
