import { utf16Of } from '../readers/transcode';
import { decodeWindows1252 } from './windows-1252';

export interface Decoded {
  text: string;
  charset: 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** More control characters than text has: it is something else. */
function isBinary(text: string): boolean {
  let controls = 0;
  const sample = text.slice(0, 4096);
  for (let index = 0; index < sample.length; index++) {
    const code = sample.charCodeAt(index);
    if (code === 0) return true;
    if (code < 32 && code !== 9 && code !== 10 && code !== 12 && code !== 13) controls += 1;
  }
  return controls * 20 > sample.length;
}

/**
 * Text of unknown character set: UTF-8 where it is valid, UTF-16 by its mark or its zero bytes, windows-1252 otherwise, as
 * the WHATWG Encoding Standard has it. A byte order mark is left out.
 * @returns undefined for what is not text
 */
export function decodeText(bytes: Buffer): Decoded | undefined {
  const utf16 = utf16Of(bytes);
  const decoded: Decoded = utf16
    ? { text: new TextDecoder(utf16).decode(bytes), charset: utf16 }
    : (utf8(bytes) ?? { text: decodeWindows1252(bytes), charset: 'windows-1252' });
  return isBinary(decoded.text) ? undefined : decoded;
}

function utf8(bytes: Buffer): Decoded | undefined {
  try {
    return { text: UTF8.decode(bytes), charset: 'utf-8' };
  } catch {
    return undefined;
  }
}
