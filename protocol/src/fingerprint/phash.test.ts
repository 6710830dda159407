import fc from 'fast-check';
import { readVectors } from '../../../test/support/vectors';
import { HammingIndex } from './hamming-index';
import { hammingDistance, phash, popcount } from './phash';

const vectors = readVectors('fingerprints') as { images: { formula: string; bits: string | null }[] };
const pattern = (level: (x: number, y: number) => number): number[] =>
  Array.from({ length: 1_024 }, (_, k) => level(k % 32, Math.floor(k / 32)));
const images: Record<string, number[]> = {
  '128': pattern(() => 128),
  '8x': pattern((x) => 8 * x),
  '(7x + 13y + xy) mod 256': pattern((x, y) => (7 * x + 13 * y + x * y) % 256),
};
const grey = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 1_024, maxLength: 1_024 });
const hash = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((bits) => bits.toString(16).padStart(16, '0'));

test('golden vectors', () => {
  expect(vectors.images.map(({ formula }) => formula)).toEqual(Object.keys(images));
  for (const { formula, bits } of vectors.images) expect(phash(images[formula]!) ?? null).toBe(bits);
});

test('brightness and contrast change nothing', () => {
  fc.assert(
    fc.property(grey, fc.integer({ min: -50, max: 50 }), fc.constantFrom(0.5, 2), (levels, brighter, contrast) => {
      const other = levels.map((level) => level * contrast + brighter);
      expect(hammingDistance(phash(levels)!, phash(other)!)).toBeLessThanOrEqual(1);
    }),
  );
});

test('half of the bits are set, and the negative has the other half', () => {
  fc.assert(
    fc.property(grey, (levels) => {
      const bits = phash(levels)!;
      expect(hammingDistance(bits, '0'.repeat(16))).toBe(32);
      expect(hammingDistance(bits, phash(levels.map((level) => 255 - level))!)).toBe(64);
    }),
  );
});

test('an image of one colour has no fingerprint', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 255 }), (level) => expect(phash(pattern(() => level))).toBeUndefined()),
  );
  expect(() => phash([1, 2, 3])).toThrow(RangeError);
});

test('distance counts the bits that differ', () => {
  fc.assert(
    fc.property(hash, hash, (a, b) => {
      const bits = (BigInt(`0x${a}`) ^ BigInt(`0x${b}`)).toString(2).replaceAll('0', '').length;
      expect(hammingDistance(a, b)).toBe(bits);
      expect(hammingDistance(b, a)).toBe(bits);
    }),
  );
  expect(popcount(0xffffffff)).toBe(32);
});

test('the index finds just what a look at every hash finds, at every distance', () => {
  const flipped = fc.tuple(hash, fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 63 }), { maxLength: 13 })));
  fc.assert(
    fc.property(flipped, fc.array(hash), fc.integer({ min: 0, max: 11 }), ([query, near], far, distance) => {
      const flip = (bits: number[]): string =>
        bits
          .reduce((value, bit) => value ^ (1n << BigInt(bit)), BigInt(`0x${query}`))
          .toString(16)
          .padStart(16, '0');
      const all = [...near.map(flip), ...far];
      const index = new HammingIndex();
      for (const [item, bits] of all.entries()) expect(index.add(bits)).toBe(item);
      const scanned = all
        .map((bits, item) => ({ item, distance: hammingDistance(bits, query) }))
        .filter((each) => each.distance <= distance)
        .sort((a, b) => a.distance - b.distance || a.item - b.item);
      expect(index.within(query, distance)).toEqual(scanned);
    }),
    { numRuns: 300 },
  );
  expect(() => new HammingIndex().within('0'.repeat(16), 12)).toThrow(RangeError);
});
