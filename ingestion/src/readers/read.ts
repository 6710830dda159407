import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Document, Metadata, Reject } from '../document';
import { malformed, type Limits } from '../limits';
import { archivedDocuments } from './archived';
import { csvDocuments } from './csv';
import { Folder } from './folder';
import { jsonlDocuments } from './jsonl';
import { isArchive, MAGIC_BYTES, typeOf } from './magic';
import { TarArchive } from './tar';
import { textDocuments } from './text';
import { ZipArchive } from './zip';

/** What documents can be read from. `tar` may be packed with gzip. */
export const FORMATS = ['text', 'jsonl', 'csv', 'tar', 'zip', 'folder'] as const;
export type Format = (typeof FORMATS)[number];

export interface ReadOptions {
  format: Format;
  /** Name of the field or column that holds the text. */
  field: string;
  /** What holds for every document that does not say otherwise. */
  metadata: Metadata;
  /** Name under which a single file is told of; its own by default. */
  name?: string | undefined;
  limits: Limits;
  reject: Reject;
}

/** The first bytes of a file. */
async function headOf(file: string): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAGIC_BYTES), 0, MAGIC_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** @throws {LlmchainError} `invalid_argument` for a file that is not what it is called */
function demandFormat(format: Format, type: string | undefined): void {
  const fits =
    format === 'zip'
      ? type === 'zip'
      : format === 'tar'
        ? type === 'tar' || type === 'gzip' || !(isArchive(type) || type !== undefined)
        : type === undefined;
  if (!fits) {
    malformed(`The file is not ${format}: its first bytes are those of ${type ?? 'something else'}. Name its format.`, {
      reason: 'mislabelled',
      format,
      found: type ?? null,
    });
  }
}

/**
 * Documents of a file or folder on disk, one after another: what is held at a time is bounded by the limits, whatever
 * the size of the file.
 * @throws {LlmchainError} `invalid_argument` | `too_large` for files that are broken, not what they are called, or harmful
 */
export async function* readDocuments(file: string, options: ReadOptions): AsyncGenerator<Document> {
  const { format, metadata, limits } = options;
  const isFolder = (await stat(file)).isDirectory();
  if (isFolder !== (format === 'folder')) malformed(`${path.basename(file)} is ${isFolder ? 'a' : 'no'} folder.`);
  if (isFolder) {
    yield* archivedDocuments(new Folder(file, limits), metadata, options);
    return;
  }
  const type = typeOf(await headOf(file));
  demandFormat(format, type);
  const name = options.name ?? path.basename(file);
  if (format === 'zip') yield* archivedDocuments(new ZipArchive(file, limits), metadata, options);
  else if (format === 'tar')
    yield* archivedDocuments(new TarArchive(file, { limits, gzip: type === 'gzip' }), metadata, options);
  else {
    const stream = createReadStream(file, { highWaterMark: 256 * 1024 });
    if (format === 'text') yield* textDocuments(stream, name, metadata, limits);
    else if (format === 'csv') yield* csvDocuments(stream, name, metadata, options);
    else yield* jsonlDocuments(stream, name, metadata, options);
  }
}
