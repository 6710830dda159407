import sharp from 'sharp';
import { SharpImages } from './sharp-images';

const images = new SharpImages();
const SIZE = { width: 56, height: 56 };

/** Left half of one colour, right half of another. */
function halves(width: number, height: number): sharp.Sharp {
  const data = Buffer.alloc(width * height * 3);
  for (let at = 0; at < width * height; at++) data.set(at % width < width / 2 ? [200, 40, 40] : [40, 40, 200], at * 3);
  return sharp(data, { raw: { width, height, channels: 3 } });
}

const at = (pixels: Uint8Array, x: number, y: number): number[] => [
  ...pixels.subarray((y * SIZE.width + x) * 3, (y * SIZE.width + x) * 3 + 3),
];

test.each<[string, (image: sharp.Sharp) => sharp.Sharp]>([
  ['PNG', (image) => image.png()],
  ['JPEG', (image) => image.jpeg({ quality: 95 })],
  ['WebP', (image) => image.webp({ quality: 95 })],
  ['TIFF', (image) => image.tiff()],
  ['PNG of 16 bits', (image) => image.toColourspace('rgb16').png()],
  ['PNG with transparency', (image) => image.ensureAlpha().png()],
  ['JPEG of four colours', (image) => image.toColourspace('cmyk').jpeg({ quality: 95 })],
])('a %s gives the pixels that a viewer shows', async (_what, encode) => {
  const pixels = await images.pixels(await encode(halves(120, 90)).toBuffer(), SIZE);
  expect(pixels).toHaveLength(56 * 56 * 3);
  const [red, , blue] = at(pixels, 5, 28);
  expect(red! - blue!).toBeGreaterThan(100);
  expect(at(pixels, 50, 28)[2]! - at(pixels, 50, 28)[0]!).toBeGreaterThan(100);
});

test('the same file gives the same pixels, one pixel of it is enough, and a large one is no other', async () => {
  const file = await halves(3_000, 1_500).png().toBuffer();
  expect(await images.pixels(file, SIZE)).toEqual(await images.pixels(file, SIZE));
  expect(at(await images.pixels(file, SIZE), 5, 28)[0]).toBeGreaterThan(150);
  const dot = await sharp({ create: { width: 1, height: 1, channels: 3, background: 'white' } })
    .png()
    .toBuffer();
  expect((await images.pixels(dot, SIZE)).every((value) => value === 255)).toBe(true);
});

test('what is turned is judged upright, what is grey has three channels, what is transparent lies on white', async () => {
  const turned = await halves(90, 120).withMetadata({ orientation: 6 }).jpeg({ quality: 95 }).toBuffer();
  const pixels = await images.pixels(turned, SIZE);
  expect(at(pixels, 28, 5)[0]! - at(pixels, 28, 5)[2]!).toBeGreaterThan(100);
  const grey = await images.pixels(await halves(90, 90).greyscale().png().toBuffer(), SIZE);
  expect(grey).toHaveLength(56 * 56 * 3);
  const clear = sharp({ create: { width: 9, height: 9, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } });
  expect(at(await images.pixels(await clear.png().toBuffer(), SIZE), 28, 28)).toEqual([255, 255, 255]);
});

test('an animation is refused: one frame would be judged for all', async () => {
  const frames = await Promise.all([halves(32, 32), halves(32, 32).negate()].map((frame) => frame.png().toBuffer()));
  const animation = await sharp(frames, { join: { animated: true } })
    .gif()
    .toBuffer();
  await expect(images.pixels(animation, SIZE)).rejects.toThrowWithCode('not_supported', { frames: 2 });
});

test('what is no image, cut short, or of too many pixels is refused', async () => {
  const png = await halves(120, 90).png().toBuffer();
  const svg = Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>');
  for (const content of [svg, Buffer.from('sea'), Buffer.alloc(0), png.subarray(0, png.length / 2)])
    await expect(images.pixels(content, SIZE)).rejects.toThrowWithCode('invalid_argument');
  const bomb = await sharp({ create: { width: 12_000, height: 12_000, channels: 3, background: 'white' } })
    .png()
    .toBuffer();
  await expect(images.pixels(bomb, SIZE)).rejects.toThrowWithCode('too_large', { limit: 100_000_000 });
});
