import type { Document, Metadata } from '../document';
import type { Limits } from '../limits';
import type { Bytes } from './bytes';
import { byteLines } from './transcode';

/** Where a passage may end, best first: after an empty line, after a line, after a space. */
function cut(text: Buffer): number {
  const half = text.length / 2;
  for (const mark of ['\n\n', '\n\r\n', '\n', ' ']) {
    const at = text.lastIndexOf(mark);
    if (at > half) return at + mark.length;
  }
  // Not within a character: its first byte in UTF-8 is no continuation byte.
  let end = text.length;
  while (end > text.length - 4 && (text[end]! & 0xc0) === 0x80) end -= 1;
  return end;
}

/** Plain text as one document, or as passages that end with a paragraph where it is long. */
export async function* textDocuments(
  stream: Bytes,
  path: string,
  metadata: Metadata,
  { passageBytes }: Pick<Limits, 'passageBytes'>,
): AsyncGenerator<Document> {
  let part = 0;
  const document = (content: Buffer): Document => {
    part += 1;
    return { path: part === 1 ? path : `${path}#${part}`, medium: 'text', content, metadata };
  };
  let parts: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of await byteLines(stream)) {
    parts.push(chunk);
    bytes += chunk.length;
    if (bytes < passageBytes) continue;
    let held = Buffer.concat(parts, bytes);
    while (held.length >= passageBytes) {
      const end = cut(held.subarray(0, passageBytes));
      yield document(held.subarray(0, end));
      held = held.subarray(end);
    }
    // A copy, so that the large buffer is let go.
    parts = held.length > 0 ? [Buffer.from(held)] : [];
    bytes = held.length;
  }
  if (bytes > 0 || part === 0) yield document(Buffer.concat(parts, bytes));
}
