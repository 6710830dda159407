import fc from 'fast-check';
import { drawSample, sampleSize } from './sample';

test('a sample holds at least one receipt, at least the rate, at most all, and none twice', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: 1, max: 10_000 }), (count, rate) => {
      const size = sampleSize(count, rate);
      expect(size).toBeGreaterThanOrEqual(1);
      expect(size).toBeLessThanOrEqual(count);
      expect(size / count).toBeGreaterThanOrEqual(rate / 10_000);
      const ids = Array.from({ length: count }, (_, i) => String(i));
      const sample = drawSample(ids, size);
      expect(new Set(sample).size).toBe(size);
      expect(sample.every((id) => Number(id) < count)).toBe(true);
    }),
    { numRuns: 50 },
  );
});

test('every receipt is drawn about as often as the others', () => {
  const drawn = new Map<string, number>();
  for (let i = 0; i < 4_000; i++) {
    for (const id of drawSample(['a', 'b', 'c', 'd'], 2)) drawn.set(id, (drawn.get(id) ?? 0) + 1);
  }
  // 2,000 expected; six standard deviations are 190.
  for (const count of drawn.values()) expect(Math.abs(count - 2_000)).toBeLessThan(190);
});
