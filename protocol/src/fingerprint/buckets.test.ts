import fc from 'fast-check';
import { Buckets } from './buckets';

test('every entry stands in its bucket, once, however many were added', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 200 }), (added) => {
      const buckets = new Buckets(7);
      for (const bucket of added) buckets.add(bucket);
      for (let bucket = 0; bucket < 7; bucket += 1) {
        const found: number[] = [];
        buckets.visit(bucket, (entry) => found.push(entry));
        const expected = added.flatMap((each, entry) => (each === bucket ? [entry] : []));
        expect(found.sort((a, b) => a - b)).toEqual(expected);
      }
    }),
  );
});
