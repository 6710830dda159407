import type { Document, Metadata, Reject } from '../document';
import type { Limits } from '../limits';
import type { Archive, Entry } from './archive';
import { gather, peek, type Bytes } from './bytes';
import { csvDocuments } from './csv';
import { jsonlDocuments } from './jsonl';
import { isArchive, isComplete, isImage, MAGIC_BYTES, typeOf } from './magic';
import { isMetadata, readSidecars } from './sidecars';
import { textDocuments } from './text';

interface Options {
  field: string;
  limits: Limits;
  reject: Reject;
}

const KINDS: readonly (readonly [RegExp, 'text' | 'jsonl' | 'csv' | 'image'])[] = [
  [/\.(txt|text|md)$/i, 'text'],
  [/\.(jsonl|ndjson)$/i, 'jsonl'],
  [/\.csv$/i, 'csv'],
  [/\.(png|jpe?g|gif|webp)$/i, 'image'],
];

/** The documents of an archive or folder, each file by what its name and its first bytes say it is. */
export async function* archivedDocuments(
  archive: Archive,
  defaults: Metadata,
  options: Options,
): AsyncGenerator<Document> {
  const { limits, reject } = options;
  const { metadata, captions, taken } = await readSidecars(archive, limits);
  for await (const entry of archive.entries(reject)) {
    const { path } = entry;
    if (isMetadata(path) || taken.has(path)) continue;
    const kind = KINDS.find(([name]) => name.test(path))?.[1];
    const { head, rest } = await peek(await entry.open(), MAGIC_BYTES);
    const type = typeOf(head);
    const own = { ...defaults, ...metadata.get(path) };
    const refusal = reasonAgainst(kind, type);
    if (refusal !== undefined) {
      reject({ path, reason: refusal });
      await gather(rest, 0);
    } else if (kind === 'image') {
      const image = await imageOf(entry, rest, type!, options);
      if (image) yield { path, medium: 'image', content: image, caption: captions.get(path), metadata: own };
    } else if (kind === 'text') yield* textDocuments(rest, path, own, limits);
    else if (kind === 'jsonl') yield* jsonlDocuments(rest, path, own, options);
    else yield* csvDocuments(rest, path, own, options);
  }
}

function reasonAgainst(kind: string | undefined, type: string | undefined): string | undefined {
  if (isArchive(type)) return 'nested_archive';
  if (kind === undefined) return 'unsupported_type';
  if (kind === 'image' ? !isImage(type) : type !== undefined) return 'mislabelled';
  return undefined;
}

async function imageOf(entry: Entry, stream: Bytes, type: string, options: Options): Promise<Buffer | undefined> {
  const image = await gather(stream, options.limits.documentBytes);
  if (image && isComplete(type, image)) return image;
  options.reject({ path: entry.path, reason: image ? 'truncated' : 'document_too_large' });
  return undefined;
}
