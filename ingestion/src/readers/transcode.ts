import { peek, type Bytes } from './bytes';

/** Which UTF-16 a text begins with, by its byte order mark or by where its zero bytes stand. */
export function utf16Of(head: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  const sample = head.subarray(0, 512);
  const zeros = [0, 0];
  for (const [index, byte] of sample.entries()) if (byte === 0) zeros[index % 2]! += 1;
  const many = sample.length / 4;
  if (sample.length >= 8 && zeros[1]! > many && zeros[0] === 0) return 'utf-16le';
  if (sample.length >= 8 && zeros[0]! > many && zeros[1] === 0) return 'utf-16be';
  return undefined;
}

/** A text stream whose lines can be found by their bytes: UTF-16 becomes UTF-8, all else is passed on as it is. */
export async function byteLines(stream: Bytes): Promise<Bytes> {
  const { head, rest } = await peek(stream, 512);
  const encoding = utf16Of(head);
  return encoding ? transcoded(rest, encoding) : rest;
}

async function* transcoded(stream: Bytes, encoding: string): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of stream) yield Buffer.from(decoder.decode(chunk, { stream: true }), 'utf8');
  yield Buffer.from(decoder.decode(), 'utf8');
}
