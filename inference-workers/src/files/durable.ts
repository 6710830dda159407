import { open, rename, unlink, type FileHandle } from 'node:fs/promises';
import path from 'node:path';

/** Makes a folder's entries survive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Name of a file that is being written; whatever bears such a name after a crash is worthless. */
export const temporary = (file: string): string => `${file}.part`;

async function writeAndSync(file: string, content: string | Uint8Array): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, 'w', 0o600);
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle?.close();
  }
}

/** Writes a file of mode 0600 so that after a crash it is either whole and on disk, or was never there. */
export async function writeDurably(file: string, content: string | Uint8Array): Promise<void> {
  await writeAndSync(temporary(file), content);
  await rename(temporary(file), file);
  await syncFolder(path.dirname(file));
}

/** Removes a file; one that is not there is well. */
export async function remove(file: string): Promise<void> {
  await unlink(file).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  });
}
