const ASCII = (text: string): Buffer => Buffer.from(text, 'latin1');

interface Signature {
  type: string;
  at: number;
  bytes: Buffer;
}

/** First bytes of file formats, from their specifications. */
const SIGNATURES: readonly Signature[] = [
  { type: 'zip', at: 0, bytes: ASCII('PK\x03\x04') },
  { type: 'zip', at: 0, bytes: ASCII('PK\x05\x06') },
  { type: 'gzip', at: 0, bytes: ASCII('\x1f\x8b\x08') },
  { type: 'bzip2', at: 0, bytes: ASCII('BZh') },
  { type: 'xz', at: 0, bytes: ASCII('\xfd7zXZ\0') },
  { type: 'zstd', at: 0, bytes: ASCII('\x28\xb5\x2f\xfd') },
  { type: '7z', at: 0, bytes: ASCII('7z\xbc\xaf\x27\x1c') },
  { type: 'rar', at: 0, bytes: ASCII('Rar!\x1a\x07') },
  { type: 'tar', at: 257, bytes: ASCII('ustar') },
  { type: 'png', at: 0, bytes: ASCII('\x89PNG\r\n\x1a\n') },
  { type: 'jpeg', at: 0, bytes: ASCII('\xff\xd8\xff') },
  { type: 'gif', at: 0, bytes: ASCII('GIF8') },
  { type: 'webp', at: 8, bytes: ASCII('WEBP') },
  { type: 'pdf', at: 0, bytes: ASCII('%PDF-') },
  { type: 'elf', at: 0, bytes: ASCII('\x7fELF') },
];

/** Bytes from the start that {@link typeOf} needs. */
export const MAGIC_BYTES = 512;

const ARCHIVES: ReadonlySet<string> = new Set(['zip', 'gzip', 'bzip2', 'xz', 'zstd', '7z', 'rar', 'tar']);
const IMAGES: ReadonlySet<string> = new Set(['png', 'jpeg', 'gif', 'webp']);

/** What the first bytes say a file is; undefined for text and what is not known. */
export function typeOf(head: Buffer): string | undefined {
  return SIGNATURES.find(({ at, bytes }) => head.subarray(at, at + bytes.length).equals(bytes))?.type;
}

export function isArchive(type: string | undefined): boolean {
  return type !== undefined && ARCHIVES.has(type);
}

export function isImage(type: string | undefined): boolean {
  return type !== undefined && IMAGES.has(type);
}

/** Whether an image ends as its format demands; one that broke off does not. */
export function isComplete(type: string, image: Buffer): boolean {
  switch (type) {
    case 'png':
      return image.length > 20 && image.subarray(-8, -4).equals(ASCII('IEND'));
    case 'jpeg':
      // Cameras append padding and previews after the end marker.
      return image.lastIndexOf(ASCII('\xff\xd9')) > 2;
    case 'gif':
      return image.at(-1) === 0x3b;
    default:
      return image.length >= 12 && image.length >= image.readUInt32LE(4) + 8;
  }
}
