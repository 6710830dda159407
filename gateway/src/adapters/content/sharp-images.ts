import { LlmchainError, phash, PHASH_EDGE } from '@llmchain/protocol';
import sharp from 'sharp';
import type { Images, ReadImage } from '../../ports/images';
import { bilinear } from './bilinear';
import { kindOf } from './kind';

export interface SharpImagesOptions {
  /** Most pixels of an image; memory and time grow with them. */
  pixels: number;
  /** Longest time for decoding one, seconds. */
  seconds: number;
}

/** What larger images are scaled to before a classifier's pixels are made of them: bounds the memory of one. */
const MOST_SIDE = 2_048;

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
  read(content: Uint8Array): Promise<ReadImage> {
    return this.#decoded(content, async (image, { xmp }) => {
      const grey = await image
        .greyscale()
        .resize(EDGE, EDGE, { fit: 'fill', kernel: 'lanczos3' })
        .raw({ depth: 'uchar' })
        .toBuffer({ resolveWithObject: true });
      const square = grey.data.filter((_, index) => index % grey.info.channels === 0);
      const bits = await hashOf(square, [0, 0], EDGE);
      const windows = await Promise.all(WINDOWS.map((at) => hashOf(square, at, WINDOW)));
      const parts = windows.filter((window) => window !== undefined);
      return {
        ...(bits === undefined ? {} : { phash: bits, ...(parts.length > 0 ? { windows: parts } : {}) }),
        ...(xmp ? { xmp } : {}),
      };
    });
  }

  /**
   * Scaled to 8/7 of the size on each side, cut to its middle, and once through JPEG, as classifiers of ImageNet's kind were
   * trained (Yahoo's open_nsfw, `classify_nsfw.py`). Turned and laid on white as a viewer shows it.
   */
  pixels(content: Uint8Array, { width, height }: { width: number; height: number }): Promise<Uint8Array> {
    return this.#decoded(content, async (image, { pages = 1 }) => {
      if (pages > 1)
        throw new LlmchainError('not_supported', 'Of an animation one frame would be judged alone. Send its frames.', {
          frames: pages,
        });
      const [across, down] = [width, height].map((side) => Math.round((side * 8) / 7)) as [number, number];
      const { data: flat, info } = await image
        .toColourspace('srgb')
        .resize(MOST_SIDE, MOST_SIDE, { fit: 'inside', withoutEnlargement: true, kernel: 'linear' })
        .raw({ depth: 'uchar' })
        .toBuffer({ resolveWithObject: true });
      if (info.channels !== 3)
        throw new LlmchainError(
          'not_supported',
          `Its pixels have ${info.channels} channels, not three. Save it as RGB.`,
        );
      const scaled = bilinear({ data: flat, width: info.width, height: info.height }, { width: across, height: down });
      const jpeg = await sharp(scaled.data, { raw: { width: across, height: down, channels: 3 } })
        .extract({ left: (across - width) >> 1, top: (down - height) >> 1, width, height })
        .jpeg({ quality: 75, chromaSubsampling: '4:2:0' })
        .toBuffer();
      const { data } = await sharp(jpeg)
        .toColourspace('srgb')
        .raw({ depth: 'uchar' })
        .toBuffer({ resolveWithObject: true });
      return Uint8Array.from(data);
    });
  }

  /** Hands on an image that was opened, flat and upright; what is no image or too large is refused first. */
  async #decoded<T>(
    content: Uint8Array,
    use: (image: sharp.Sharp, metadata: sharp.Metadata) => Promise<T>,
  ): Promise<T> {
    const kind = kindOf(content);
    if (!kind.image) {
      throw refused(`The content is ${kind.name}, not a JPEG, PNG, GIF, WebP, TIFF or AVIF image.`, {
        kind: kind.name,
      });
    }
    const { pixels, seconds } = this.#options;
    try {
      const image = sharp(content, { limitInputPixels: false, failOn: 'error', autoOrient: true });
      const metadata = await image.metadata();
      const { width, height } = metadata;
      if (width * height > pixels) {
        throw new LlmchainError('too_large', `The image has ${width} × ${height} pixels. Send a smaller version.`, {
          pixels: width * height,
          limit: pixels,
        });
      }
      return await use(image.flatten({ background: '#fff' }).timeout({ seconds }), metadata);
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
    `${message} Mend it, or send it as what it is.`,
    {
      ...details,
    },
    { cause },
  );
}
