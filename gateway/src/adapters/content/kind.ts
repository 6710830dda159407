/** What content begins with, by kind: offset, bytes in Latin-1, name, and media type. Only images of these formats are decoded. */
const IMAGES: readonly [number, string, string, string][] = [
  [0, '\xff\xd8\xff', 'a JPEG image', 'image/jpeg'],
  [0, '\x89PNG\r\n\x1a\n', 'a PNG image', 'image/png'],
  [0, 'GIF8', 'a GIF image', 'image/gif'],
  [8, 'WEBP', 'a WebP image', 'image/webp'],
  [0, 'II*\0', 'a TIFF image', 'image/tiff'],
  [0, 'MM\0*', 'a TIFF image', 'image/tiff'],
  [4, 'ftypavif', 'an AVIF image', 'image/avif'],
];
const OTHERS: readonly [number, string, string][] = [
  [0, '%PDF-', 'a PDF document'],
  [0, 'PK\x03\x04', 'a ZIP archive'],
  [0, '\x1f\x8b', 'gzip data'],
  [257, 'ustar', 'a tar archive'],
  [0, '8BPS', 'a Photoshop image'],
  [4, 'ftyphei', 'a HEIC image'],
  [4, 'ftyp', 'an MP4 or QuickTime video'],
  [0, 'ID3', 'an MP3 recording'],
  [0, 'OggS', 'Ogg audio or video'],
  [8, 'WAVE', 'a WAVE recording'],
  [0, '\x7fELF', 'a program'],
  [0, 'MZ', 'a program'],
];

/** What content is by its first bytes. */
export interface Kind {
  /** With its article, for a sentence. */
  name: string;
  /** Whether it is an image of a format that is decoded. */
  image: boolean;
  /** Media type of an image. */
  mime?: string;
}

/** Tells content by its first bytes, whatever it is said to be. */
export function kindOf(content: Uint8Array): Kind {
  const head = Buffer.from(content.subarray(0, 512)).toString('latin1');
  const begins = ([offset, magic]: readonly [number, string, ...string[]]): boolean => head.startsWith(magic, offset);
  const image = IMAGES.find(begins);
  if (image) return { name: image[2], image: true, mime: image[3] };
  const other = OTHERS.find(begins);
  if (other) return { name: other[2], image: false };
  if (/<svg[\s>]/i.test(head)) return { name: 'an SVG drawing', image: false };
  if (/^(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html)/i.test(head)) return { name: 'an HTML page', image: false };
  return { name: head.includes('\0') ? 'data of an unknown format' : 'text', image: false };
}
