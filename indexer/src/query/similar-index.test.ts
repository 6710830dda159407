import type { Fingerprint } from '@llmchain/protocol';
import { likeness } from '@llmchain/protocol';
import fc from 'fast-check';
import { SimilarIndex } from './similar-index';

const NEARNESS = { hamming: 8, jaccard: 0.7 };

test('a cut copy is found by a window of the original, an original by a window of the copy, and each work once', () => {
  const index = new SimilarIndex();
  index.add('original', {
    method: 'phash-64',
    bits: '0'.repeat(16),
    windows: ['00000000000000ff', '00000000000000fe'],
  });
  index.add('other', { method: 'phash-64', bits: 'f'.repeat(16), windows: ['0000ffffffffffff'] });
  expect(index.near({ method: 'phash-64', bits: '000000000000ffff' }, NEARNESS)).toEqual([
    { work: 'original', method: 'phash-64', distance: 8 },
  ]);
  const uncut: Fingerprint = { method: 'phash-64', bits: '00ff00ff00ff00ff', windows: ['0000000000000003'] };
  expect(index.near(uncut, NEARNESS)).toEqual([{ work: 'original', method: 'phash-64', distance: 2 }]);
});

test('what the index finds is what the ledger finds', () => {
  // Bits that are near one another more often than not.
  const bits = fc.array(fc.integer({ min: 0, max: 63 }), { maxLength: 9 }).map((places) =>
    places
      .reduce((word, place) => word ^ (1n << BigInt(place)), 0n)
      .toString(16)
      .padStart(16, '0'),
  );
  const fingerprint = fc.record({
    method: fc.constant('phash-64' as const),
    bits,
    windows: fc.array(bits, { minLength: 1, maxLength: 5 }),
  });
  fc.assert(
    fc.property(fc.array(fingerprint, { maxLength: 20 }), fingerprint, (known, sought) => {
      const index = new SimilarIndex();
      for (const [number, each] of known.entries()) index.add(String(number), each);
      const found = index.near(sought, NEARNESS).map(({ work, distance }) => [Number(work), distance]);
      const expected = known.flatMap((each, number) => {
        const like = likeness(sought, each)!;
        return like.resembles ? [[number, like.differing]] : [];
      });
      expect(found.sort((a, b) => a[0]! - b[0]!)).toEqual(expected);
    }),
  );
});
