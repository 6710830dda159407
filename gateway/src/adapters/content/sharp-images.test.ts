import { hammingDistance, xmpSignal } from '@llmchain/protocol';
import sharp from 'sharp';
import { kindOf } from './kind';
import { SharpImages } from './sharp-images';

/** A picture with something in it: circles on a slope of grey. */
const drawing = (width: number, height: number): sharp.Sharp => {
  const pixels = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const inside = (x / width - 0.3) ** 2 + (y / height - 0.4) ** 2 < 0.05 || (x / width - 0.8) ** 2 < 0.01;
      pixels.fill(
        inside ? 230 : Math.floor((100 * (x + 2 * y)) / (width + 2 * height)),
        3 * (y * width + x),
        3 * (y * width + x) + 3,
      );
    }
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } });
};
const XMP = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description
 xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/" plus:DataMining="http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED"/></rdf:RDF></x:xmpmeta>`;
const images = new SharpImages();
const phashOf = async (image: sharp.Sharp): Promise<string> => (await images.read(await image.toBuffer())).phash!;

test('the same picture in another format, size, orientation and on white is near', async () => {
  const original = await phashOf(drawing(320, 240).png());
  const turned = await drawing(320, 240).rotate(-90).toBuffer({ resolveWithObject: true });
  const { width, height, channels } = turned.info;
  const variants = [
    drawing(320, 240).jpeg({ quality: 50 }),
    drawing(320, 240).webp(),
    drawing(320, 240).avif(),
    drawing(320, 240).tiff(),
    drawing(320, 240).gif(),
    drawing(320, 240).ensureAlpha().png(),
    drawing(160, 120).png(),
    sharp(turned.data, { raw: { width, height, channels } }).withMetadata({ orientation: 6 }).jpeg(),
  ];
  for (const variant of variants) expect(hammingDistance(await phashOf(variant), original)).toBeLessThanOrEqual(4);
  expect(hammingDistance(await phashOf(drawing(320, 240).negate().png()), original)).toBeGreaterThan(50);
});

test('of an animation the first frame is read', async () => {
  const frame = (invert: boolean): Promise<Buffer> => {
    const one = drawing(64, 64);
    return (invert ? one.negate() : one).png().toBuffer();
  };
  const animation = sharp([await frame(false), await frame(true)], { join: { animated: true } }).gif();
  expect(hammingDistance(await phashOf(animation), await phashOf(drawing(64, 64).png()))).toBeLessThanOrEqual(4);
});

test('the XMP packet comes with it', async () => {
  const { xmp } = await images.read(await drawing(64, 64).withXmp(XMP).jpeg().toBuffer());
  expect(xmpSignal(xmp!, Buffer.from(xmp!).toString('utf8'))?.preference.mining).toBe('not_allowed');
});

test('one colour has no fingerprint', async () => {
  const plain = sharp({ create: { width: 40, height: 30, channels: 3, background: 'teal' } });
  expect(await images.read(await plain.png().toBuffer())).toEqual({});
});

test('what is cut short, damaged or something else is refused, and it is told what it is', async () => {
  const jpeg = await drawing(320, 240).jpeg().toBuffer();
  const png = await drawing(320, 240).png().toBuffer();
  const damaged = Buffer.from(png).fill(0x5a, 60, png.length - 20);
  for (const [content, kind] of [
    [jpeg.subarray(0, jpeg.length / 2), 'a JPEG image'],
    [jpeg.subarray(0, 4), 'a JPEG image'],
    [png.subarray(0, png.length / 2), 'a PNG image'],
    [damaged, 'a PNG image'],
    [Buffer.from('%PDF-1.7 …'), 'a PDF document'],
    [Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'), 'an SVG drawing'],
    [Buffer.from('PK\x03\x04'), 'a ZIP archive'],
    [Buffer.from('From fairest creatures'), 'text'],
    [Buffer.from([0, 1, 2, 3]), 'data of an unknown format'],
    [Buffer.alloc(0), 'text'],
  ] as const)
    await expect(images.read(content)).rejects.toThrowWithCode('invalid_argument', { kind });
  expect(kindOf(jpeg)).toEqual({ name: 'a JPEG image', image: true, mime: 'image/jpeg' });
});

test('an image of very many pixels is refused before it is decoded', async () => {
  const bomb = await sharp({ create: { width: 12_000, height: 12_000, channels: 3, background: 'white' } })
    .png()
    .toBuffer();
  expect(bomb.length).toBeLessThan(1_000_000);
  await expect(images.read(bomb)).rejects.toThrowWithCode('too_large', { limit: 100_000_000 });
});
