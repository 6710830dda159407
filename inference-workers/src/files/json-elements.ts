const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);
const BRACKET = 0x5b;

/**
 * The elements of one JSON array as they come, each as its text; no more than one is held. Only the array's own form is
 * checked: what stands in it is for the reader to parse.
 * @param largest bytes of one element
 * @throws {SyntaxError} when it is no array, one that does not end, or an element is larger
 */
export async function* elementsOf(chunks: AsyncIterable<Uint8Array>, largest: number): AsyncGenerator<string> {
  let held: Uint8Array[] = [];
  let size = 0;
  let depth = 0;
  let [within, escaped, ended] = [false, false, false];
  const keep = (part: Uint8Array): void => {
    size += part.length;
    if (size > largest) throw new SyntaxError(`an element has more than ${largest} bytes`);
    held.push(part);
  };
  const element = (last: Uint8Array): string => {
    keep(last);
    const text = Buffer.concat(held).toString('utf8');
    [held, size] = [[], 0];
    return text;
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]!;
      if (within) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) within = false;
        continue;
      }
      if (ended || (depth === 0 && byte !== BRACKET)) throw new SyntaxError('not one JSON array');
      if (byte === QUOTE) within = true;
      else if (OPENING.has(byte)) {
        if (++depth === 1) from = at + 1;
      } else if (CLOSING.has(byte)) {
        if (--depth > 0) continue;
        yield element(chunk.subarray(from, at));
        ended = true;
        from = at + 1;
      } else if (byte === COMMA && depth === 1) {
        yield element(chunk.subarray(from, at));
        from = at + 1;
      }
    }
    if (depth > 0) keep(chunk.subarray(from));
  }
  if (!ended) throw new SyntaxError('the array does not end');
}
