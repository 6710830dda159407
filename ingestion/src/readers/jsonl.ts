import { decodeText } from '../clean/charset';
import { metadataOf, type Document, type Metadata, type Reject } from '../document';
import type { Limits } from '../limits';
import { linesOf, type Bytes } from './bytes';
import { byteLines } from './transcode';

/** The object on a line, or undefined where there is none. */
export function parseLine(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** A document a line: its text stands in the field `field`, its metadata in the fields of those names. */
export async function* jsonlDocuments(
  stream: Bytes,
  path: string,
  defaults: Metadata,
  options: { field: string; limits: Limits; reject: Reject },
): AsyncGenerator<Document> {
  const { field, limits, reject } = options;
  for await (const { number, bytes } of linesOf(await byteLines(stream), limits)) {
    const place = `${path}#${number}`;
    if (bytes === undefined) {
      reject({ path: place, reason: 'line_too_long' });
      continue;
    }
    const line = decodeText(bytes)?.text.trim();
    if (line === '') continue;
    const record = line === undefined ? undefined : parseLine(line);
    const text = record && Object.hasOwn(record, field) ? record[field] : undefined;
    if (!record || typeof text !== 'string') {
      reject({ path: place, reason: record ? 'no_text' : 'not_json' });
      continue;
    }
    const content = Buffer.from(text, 'utf8');
    if (content.length > limits.documentBytes) reject({ path: place, reason: 'document_too_large' });
    else yield { path: place, medium: 'text', content, metadata: { ...defaults, ...metadataOf(record) } };
  }
}
