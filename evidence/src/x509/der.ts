import { demand } from '../refusal';

/** One element of DER: its one-byte tag and what stands inside. */
export interface Element {
  tag: number;
  content: Uint8Array;
}

/**
 * The elements that stand one after the other in DER (X.690) of definite lengths and one-byte tags.
 * @throws {Error} when they do not fill it exactly
 */
export function elementsOf(der: Uint8Array): Element[] {
  const found: Element[] = [];
  let offset = 0;
  const byte = (): number => {
    const value = der[offset++];
    demand(value !== undefined, 'an element is cut short');
    return value;
  };
  while (offset < der.length) {
    const tag = byte();
    let length = byte();
    if (length > 127) {
      const bytes = length & 127;
      demand(bytes >= 1 && bytes <= 4, 'an element has no definite length');
      length = 0;
      for (let index = 0; index < bytes; index++) length = length * 256 + byte();
    }
    demand(offset + length <= der.length, 'an element is cut short');
    found.push({ tag, content: der.subarray(offset, offset + length) });
    offset += length;
  }
  return found;
}
