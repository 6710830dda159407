import { Readable } from 'node:stream';
import { pipeline } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { decodeText } from '../clean/charset';
import { metadataOf, type Document, type Metadata, type Reject } from '../document';
import { malformed, tooLarge, type Limits } from '../limits';
import type { Bytes } from './bytes';
import { byteLines } from './transcode';

/** More columns than any table of documents has. */
const MOST_COLUMNS = 1_000;

/**
 * A document a record (RFC 4180): its text stands in the column `field`, its metadata in the columns of those names; the
 * first record names the columns.
 * @throws {LlmchainError} `too_large` for a record beyond the limit, since where it ends cannot be known without holding
 * it; `invalid_argument` for quotes out of place, or without the column
 */
export async function* csvDocuments(
  stream: Bytes,
  path: string,
  defaults: Metadata,
  options: { field: string; limits: Limits; reject: Reject },
): AsyncGenerator<Document> {
  const { field, limits, reject } = options;
  // Fields are left as bytes: each record may be in a character set of its own.
  const parser = parse({
    encoding: null,
    bom: true,
    max_record_size: limits.documentBytes,
    relax_column_count: true,
    skip_empty_lines: true,
    info: true,
  });
  pipeline(Readable.from(await byteLines(stream), { objectMode: false }), parser, () => undefined);
  let columns: string[] | undefined;
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: (Buffer | string)[];
      info: { lines: number };
    }>) {
      // An empty field comes as text.
      const fields = record.map((value) => Buffer.from(value));
      const values = fields.map((value) => decodeText(value)?.text);
      if (!columns) {
        columns = values.map((value) => value?.trim() ?? '');
        if (columns.length > MOST_COLUMNS || !columns.includes(field)) {
          malformed(`${path} has no column "${field}". Name the column of the text, in the first record.`, {
            columns: columns.slice(0, 50),
          });
        }
        continue;
      }
      const place = `${path}#${info.lines}`;
      if (values.length !== columns.length) {
        reject({ path: place, reason: 'columns' });
        continue;
      }
      const row = Object.fromEntries(columns.map((name, index) => [name, values[index]]));
      const content = fields[columns.indexOf(field)]!;
      if (content.length === 0) reject({ path: place, reason: 'no_text' });
      else yield { path: place, medium: 'text', content, metadata: { ...defaults, ...metadataOf(row) } };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    if (error.code === 'CSV_MAX_RECORD_SIZE') {
      tooLarge(`A record of ${path} is larger than ${limits.documentBytes} bytes. Cut it, or close its quotes.`, {
        path,
        limit: limits.documentBytes,
      });
    }
    malformed(`${path} is not CSV as RFC 4180 has it: ${error.code}. Mend the quotes.`, { reason: error.code }, error);
  }
}
