import { LlmchainError, phash, PHASH_EDGE } from '@llmchain/protocol';
import sharp from 'sharp';
import type { Images, ReadImage } from '../../ports/images';
import { kindOf } from './kind';

export interface SharpImagesOptions {
  /** Most pixels of an image; memory and time grow with them. */
  pixels: number;
  /** Longest time for decoding one, seconds. */
  seconds: number;
}

/** Edge of the grey square that all hashes of an image are made from, and of its windows: 95 % of it. */
const EDGE = 320;
const WINDOW = 304;
/** Where windows lie: in the middle and in the corners. */
const WINDOWS = [
  [8, 8],
  [0, 0],
  [16, 0],
  [0, 16],
  [16, 16],
] as const;

/** Images by libvips. Formats that draw or run something, such as SVG, never reach it. */
export class SharpImages implements Images {
  readonly #options: SharpImagesOptions;

  constructor(options: SharpImagesOptions = { pixels: 100_000_000, seconds: 20 }) {
    this.#options = options;
  }

  /** Of an animation the first frame, turned as its EXIF orientation says, transparent parts on white. */
  async read(content: Uint8Array): Promise<ReadImage> {
    const kind = kindOf(content);
    if (!kind.image) {
      throw refused(`The content is ${kind.name}, not a JPEG, PNG, GIF, WebP, TIFF or AVIF image.`, {
        kind: kind.name,
      });
    }
    const { pixels, seconds } = this.#options;
    try {
      const image = sharp(content, { limitInputPixels: false, failOn: 'error', autoOrient: true });
      const { width, height, xmp } = await image.metadata();
      if (width * height > pixels) {
        throw new LlmchainError('too_large', `The image has ${width} × ${height} pixels. Register a smaller version.`, {
          pixels: width * height,
          limit: pixels,
        });
      }
      const grey = await image
        .flatten({ background: '#fff' })
        .greyscale()
        .resize(EDGE, EDGE, { fit: 'fill', kernel: 'lanczos3' })
        .raw({ depth: 'uchar' })
        .timeout({ seconds })
        .toBuffer({ resolveWithObject: true });
      const square = grey.data.filter((_, index) => index % grey.info.channels === 0);
      const bits = await hashOf(square, [0, 0], EDGE);
      const windows = await Promise.all(WINDOWS.map((at) => hashOf(square, at, WINDOW)));
      const parts = windows.filter((window) => window !== undefined);
      return {
        ...(bits === undefined ? {} : { phash: bits, ...(parts.length > 0 ? { windows: parts } : {}) }),
        ...(xmp ? { xmp } : {}),
      };
    } catch (error) {
      if (error instanceof LlmchainError) throw error;
      const message = `The content begins as ${kind.name} but cannot be decoded: it is cut short or damaged.`;
      throw refused(message, { kind: kind.name }, error);
    }
  }
}

/** @param data a square of {@link EDGE} grey levels a side, of which the window at `left`, `top` is hashed */
async function hashOf(
  data: Uint8Array,
  [left, top]: readonly [number, number],
  edge: number,
): Promise<string | undefined> {
  const { data: levels, info } = await sharp(data, { raw: { width: EDGE, height: EDGE, channels: 1 } })
    .extract({ left, top, width: edge, height: edge })
    .resize(PHASH_EDGE, PHASH_EDGE, { fit: 'fill', kernel: 'lanczos3' })
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return phash(levels.filter((_, index) => index % info.channels === 0));
}

function refused(message: string, details: object, cause?: unknown): LlmchainError {
  return new LlmchainError(
    'invalid_argument',
    `${message} Mend it, or register it with the medium that it is.`,
    {
      ...details,
    },
    { cause },
  );
}
