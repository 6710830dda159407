import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { bilinear } from './bilinear';

/** Made with Pillow 12: pixels in base64, sizes as width and height. */
interface Vector {
  before: [number, number];
  pixels: string;
  after: [number, number];
  scaled: string;
}
const VECTORS = JSON.parse(readFileSync(join(__dirname, 'bilinear.vectors.json'), 'utf8')) as Vector[];

test.each(VECTORS.map((vector) => [`${vector.before.join(' × ')} to ${vector.after.join(' × ')}`, vector] as const))(
  '%s: every byte is Pillow’s',
  (_what, { before: [width, height], pixels, after, scaled }) => {
    const image = { data: new Uint8Array(Buffer.from(pixels, 'base64')), width, height };
    const { data } = bilinear(image, { width: after[0], height: after[1] });
    expect(Buffer.from(data).toString('base64')).toBe(scaled);
  },
);

test('an image of one colour stays so at any size', () => {
  const side = fc.integer({ min: 1, max: 40 });
  const colour = fc.tuple(...[0, 1, 2].map(() => fc.integer({ min: 0, max: 255 })));
  fc.assert(
    fc.property(side, side, side, side, colour, (width, height, across, down, rgb) => {
      const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => rgb[at % 3]!);
      const scaled = bilinear({ data, width, height }, { width: across, height: down });
      expect(scaled.data).toHaveLength(across * down * 3);
      expect(scaled.data.every((value, at) => value === rgb[at % 3])).toBe(true);
    }),
  );
});
