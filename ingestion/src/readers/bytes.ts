import type { Limits } from '../limits';

/** A stream of bytes: any Node.js stream. */
export type Bytes = AsyncIterable<Buffer>;

/**
 * The whole of a small stream, or undefined when it is larger than `most` bytes; then the rest is read past, so that
 * what follows it can be reached.
 */
export async function gather(stream: Bytes, most: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes <= most) chunks.push(chunk);
    else chunks.length = 0;
  }
  return bytes <= most ? Buffer.concat(chunks, bytes) : undefined;
}

/** The first bytes of a stream, at least `least` where it has so many, and the stream with them put back. */
export async function peek(stream: Bytes, least: number): Promise<{ head: Buffer; rest: Bytes }> {
  const iterator = stream[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  let ended = false;
  while (head.length < least && !ended) {
    const next = await iterator.next();
    if (next.done) ended = true;
    else head = Buffer.concat([head, next.value]);
  }
  async function* rest(): AsyncGenerator<Buffer> {
    try {
      if (head.length > 0) yield head;
      while (!ended) {
        const next = await iterator.next();
        if (next.done) return;
        yield next.value;
      }
    } finally {
      await iterator.return?.();
    }
  }
  return { head, rest: rest() };
}

/** A line without its end; `bytes` is undefined where the line was longer than allowed. */
export interface RawLine {
  number: number;
  bytes: Buffer | undefined;
}

/** Lines of a byte stream, ended by LF or CRLF; a line that is too long is passed over without being held. */
export async function* linesOf(stream: Bytes, { lineBytes }: Pick<Limits, 'lineBytes'>): AsyncGenerator<RawLine> {
  let parts: Buffer[] = [];
  let held = 0;
  let number = 1;
  const take = (part: Buffer): void => {
    held += part.length;
    if (held <= lineBytes) parts.push(part);
    else parts = [];
  };
  const line = (): RawLine => {
    const whole = held > lineBytes ? undefined : parts.length === 1 ? parts[0]! : Buffer.concat(parts, held);
    parts = [];
    held = 0;
    return { number: number++, bytes: whole?.at(-1) === 0x0d ? whole.subarray(0, -1) : whole };
  };
  for await (const chunk of stream) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      take(chunk.subarray(start, end));
      yield line();
      start = end + 1;
    }
    if (start < chunk.length) take(chunk.subarray(start));
  }
  if (held > 0) yield line();
}
