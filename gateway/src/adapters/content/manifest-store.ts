/** Type of the description box of a C2PA manifest store (C2PA 2.2, 11.1.4). */
const STORE = Buffer.from('6332706100110010800000aa00389b71', 'hex');
const APP11 = 0xeb;
const START_OF_SCAN = 0xda;

/**
 * The C2PA manifest store in a content, byte for byte: a JUMBF superbox (ISO 19566-5) that PNG, WebP, TIFF and AVIF hold in one
 * piece, JPEG in segments APP11 (ISO 19566-5, annex D) and GIF in blocks of an application extension.
 * @returns undefined where there is none, or it is cut short
 */
export function manifestStore(content: Uint8Array): Buffer | undefined {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  if (bytes.readUInt16BE(0) === 0xffd8) return inOnePiece(segmentsOf(bytes));
  if (bytes.toString('latin1', 0, 4) === 'GIF8') return inOnePiece(blocksOf(bytes));
  return inOnePiece(bytes);
}

/** A box with its length, the first of a manifest store. */
function inOnePiece(bytes: Buffer): Buffer | undefined {
  for (let at = bytes.indexOf('jumb'); at !== -1; at = bytes.indexOf('jumb', at + 4)) {
    if (at < 4 || bytes.toString('latin1', at + 8, at + 12) !== 'jumd') continue;
    if (!bytes.subarray(at + 12, at + 28).equals(STORE)) continue;
    const length = bytes.readUInt32BE(at - 4);
    if (at - 4 + length <= bytes.length) return bytes.subarray(at - 4, at - 4 + length);
  }
  return undefined;
}

/** What the segments APP11 of a JPEG hold together: after the first, each repeats the box's length and type. */
function segmentsOf(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff && bytes[at + 1] !== START_OF_SCAN;) {
    const length = bytes.readUInt16BE(at + 2);
    const segment = bytes.subarray(at + 4, at + 2 + length);
    if (bytes[at + 1] === APP11 && segment.length > 16 && segment.toString('latin1', 0, 2) === 'JP')
      parts.push(segment.subarray(segment.readUInt32BE(4) === 1 ? 8 : 16));
    at += 2 + length;
  }
  return Buffer.concat(parts);
}

/** What the application extension of a GIF holds: blocks of at most 255 bytes, each after its length. */
function blocksOf(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  const begin = bytes.indexOf('C2PA_GIF');
  if (begin === -1) return Buffer.alloc(0);
  for (let at = begin + 11; at < bytes.length && bytes[at] !== 0; at += 1 + bytes[at]!)
    parts.push(bytes.subarray(at + 1, at + 1 + bytes[at]!));
  return Buffer.concat(parts);
}
