import { z } from 'zod';
import { decodeText } from '../clean/charset';
import { metadataOf, type Metadata } from '../document';
import { tooLarge, type Limits } from '../limits';
import type { Archive } from './archive';
import { gather, linesOf } from './bytes';
import { parseLine } from './jsonl';

/** What an archive says of its own files. */
export interface Sidecars {
  /** By path; from `metadata.jsonl`. */
  metadata: ReadonlyMap<string, Metadata>;
  /** By path of the image; from `metadata.jsonl`, or the text file of the same name. */
  captions: ReadonlyMap<string, string>;
  /** Text files that are captions, and no documents. */
  taken: ReadonlySet<string>;
}

const IMAGE = /\.(png|jpe?g|gif|webp)$/i;
const Caption = z.string().max(10_000);

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

export function isMetadata(path: string): boolean {
  return path === 'metadata.jsonl' || path.endsWith('/metadata.jsonl');
}

/**
 * Reads what stands beside images: `metadata.jsonl` with a line `{"file_name": …, "text": …, …}` for each file of its
 * folder, and `NAME.txt` beside `NAME.png`. Goes through the archive up to twice before its documents are read.
 * @throws {LlmchainError} `too_large`
 */
export async function readSidecars(archive: Archive, limits: Limits): Promise<Sidecars> {
  const metadata = new Map<string, Metadata>();
  const captions = new Map<string, string>();
  const images = new Map<string, string>();
  let held = 0;
  const hold = (bytes: number): void => {
    held += bytes;
    if (held > limits.sidecarBytes)
      tooLarge(`Captions and metadata are larger than ${limits.sidecarBytes} bytes. Split the archive.`, {
        limit: limits.sidecarBytes,
      });
  };
  for await (const entry of archive.entries()) {
    if (IMAGE.test(entry.path)) {
      hold(entry.path.length);
      images.set(entry.path.replace(IMAGE, ''), entry.path);
    }
    if (!isMetadata(entry.path)) continue;
    for await (const { bytes } of linesOf(await entry.open(), limits)) {
      hold(bytes?.length ?? 0);
      const record = parseLine(bytes ? (decodeText(bytes)?.text ?? '') : '');
      const name = record?.['file_name'];
      if (!record || typeof name !== 'string') continue;
      const path = folderOf(entry.path) + name;
      metadata.set(path, metadataOf(record));
      const caption = Caption.safeParse(record['text']);
      if (caption.success) captions.set(path, caption.data);
    }
  }
  const taken = new Set<string>();
  if (images.size > 0) {
    for await (const entry of archive.entries()) {
      const image = entry.path.endsWith('.txt') ? images.get(entry.path.slice(0, -4)) : undefined;
      if (image === undefined) continue;
      taken.add(entry.path);
      const bytes = await gather(await entry.open(), 10_000);
      const text = bytes && decodeText(bytes)?.text.trim();
      hold(bytes?.length ?? 0);
      if (text) captions.set(image, text);
    }
  }
  return { metadata, captions, taken };
}
