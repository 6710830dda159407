import { expect } from '@jest/globals';
import fc from 'fast-check';
import { binomialInterval, shareOf } from './binomial-interval';

// By another program: sums of whole binomial coefficients, halved likewise.
test.each([
  [0, 10, 0, 0.3084971],
  [5, 10, 0.187086, 0.812914],
  [10, 10, 0.6915029, 1],
  [1, 100, 0.0002531, 0.0544594],
  [199, 200, 0.9724581, 0.9998734],
  [0, 2_000, 0, 0.0018427],
])('%d of %d lie between %d and %d', (hits, trials, low, high) => {
  const interval = binomialInterval(hits, trials);
  expect(interval.low).toBeCloseTo(low, 6);
  expect(interval.high).toBeCloseTo(high, 6);
});

test('an interval holds the share that was seen, its complement’s mirrors it, and more trials narrow it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 400 }), fc.nat(400), (trials, any) => {
      const hits = any % (trials + 1);
      const { low, high } = binomialInterval(hits, trials);
      expect(low).toBeLessThanOrEqual(hits / trials);
      expect(high).toBeGreaterThanOrEqual(hits / trials);
      const other = binomialInterval(trials - hits, trials);
      expect(other.low).toBeCloseTo(1 - high, 9);
      expect(other.high).toBeCloseTo(1 - low, 9);
      const more = binomialInterval(4 * hits, 4 * trials);
      expect(more.high - more.low).toBeLessThanOrEqual(high - low);
    }),
  );
});

test('what is no share is refused', () => {
  for (const [hits, trials] of [
    [1, 0],
    [-1, 10],
    [11, 10],
    [0.5, 10],
    [Number.NaN, 10],
  ] as const)
    expect(() => binomialInterval(hits, trials)).toThrow(RangeError);
  expect(() => binomialInterval(1, 10, 1)).toThrow(RangeError);
});

test('a share is told with where it may lie', () => {
  expect(shareOf(0, 2_000)).toBe('0 of 2000 (at most 0.18 %)');
  expect(shareOf(5, 10)).toBe('5 of 10 (19 % to 81 %)');
});
