import { open } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { LlmchainError, type Creator, type Preference, type WorkEntry } from '@llmchain/protocol';

/** Most content of one call to a gateway, and most works. */
const CALL_BYTES = 16 * 1024 * 1024;
const CALL_WORKS = 500;
const TITLE = 200;

const MEDIA: Readonly<Record<string, WorkEntry['medium']>> = {
  ...Object.fromEntries(['.txt', '.md', '.text'].map((end) => [end, 'text' as const])),
  ...Object.fromEntries(
    ['.png', '.jpg', '.jpeg', '.webp', '.gif', '.tif', '.tiff', '.avif'].map((end) => [end, 'image' as const]),
  ),
};

/** What is said of each of the files. */
export interface WorkOptions {
  title?: string | undefined;
  medium?: WorkEntry['medium'] | undefined;
  creators: Creator[];
  preference: Preference;
  derivedFrom?: string | undefined;
  versionOf?: string | undefined;
}

/** A work as `POST /v1/artworks` takes it. */
export type Submission = Pick<
  WorkEntry,
  'title' | 'medium' | 'creators' | 'preference' | 'derivedFrom' | 'versionOf'
> & {
  content: { base64: string };
};

/** Files as works, as many at a time as one transaction takes. @throws {LlmchainError} `not_found` | `too_large` | `invalid_argument` */
export async function* submissions(files: readonly string[], options: WorkOptions): AsyncGenerator<Submission[]> {
  let group: Submission[] = [];
  let bytes = 0;
  for (const file of files) {
    const content = await contentOf(file);
    if (group.length === CALL_WORKS || (group.length > 0 && bytes + content.byteLength > CALL_BYTES)) {
      yield group;
      [group, bytes] = [[], 0];
    }
    const { title = titleOf(file), medium = mediumOf(file), creators, preference, derivedFrom, versionOf } = options;
    const origins = { ...(derivedFrom ? { derivedFrom } : {}), ...(versionOf ? { versionOf } : {}) };
    group.push({ title, medium, creators, preference, ...origins, content: { base64: content.toString('base64') } });
    bytes += content.byteLength;
  }
  if (group.length > 0) yield group;
}

async function contentOf(file: string): Promise<Buffer> {
  const handle = await open(file).catch((cause: unknown) => {
    throw new LlmchainError('not_found', `The file ${file} cannot be read. Check its path.`, { file }, { cause });
  });
  try {
    const { size } = await handle.stat().then((stat) => {
      if (stat.isFile()) return stat;
      throw new LlmchainError('invalid_argument', `${file} is not a file. Name the files one by one.`, { file });
    });
    if (size === 0)
      throw new LlmchainError('invalid_argument', `${file} is empty, so there is no work in it.`, { file });
    if (size > CALL_BYTES) {
      const message = `${file} holds ${size} bytes; a work registered this way has at most ${CALL_BYTES}.`;
      throw new LlmchainError('too_large', message, { file, bytes: size, limit: CALL_BYTES });
    }
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

/** The file's name without its ending. */
export function titleOf(file: string): string {
  const line = basename(file, extname(file))
    .normalize('NFC')
    .replace(/\p{Cc}/gu, ' ')
    .trim();
  return line.slice(0, TITLE).trim() || basename(file).slice(0, TITLE);
}

/** By the file's ending. @throws {LlmchainError} `invalid_argument` */
export function mediumOf(file: string): WorkEntry['medium'] {
  const medium = MEDIA[extname(file).toLowerCase()];
  if (medium) return medium;
  throw new LlmchainError('invalid_argument', `What kind of work ${file} is, its name does not say: add --medium.`, {
    file,
  });
}
