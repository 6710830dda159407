import fc from 'fast-check';
import { figures, quantile, Samples } from './figures';

test('the median of an even number of samples lies between the middle two', () => {
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
  expect(quantile([7], 0.95)).toBe(7);
  expect(() => quantile([], 0.5)).toThrow(RangeError);
});

test('quantiles grow with q and lie within the samples', () => {
  const samples = fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 1, maxLength: 50 });
  const part = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(samples, part, part, (all, a, b) => {
      const [low, high] = [quantile(all, Math.min(a, b)), quantile(all, Math.max(a, b))];
      expect(low).toBeGreaterThanOrEqual(Math.min(...all));
      expect(low).toBeLessThanOrEqual(high + 1e-9);
      expect(high).toBeLessThanOrEqual(Math.max(...all));
    }),
  );
});

test('figures have four digits and their unit', () => {
  expect(figures([1, 2.000049, 3], 's')).toEqual({ median: 2, min: 1, max: 3, unit: 's' });
});

test('arms keep the order of their first sample', () => {
  const samples = new Samples();
  for (const value of [3, 1]) {
    samples.add('write', 'ms', value);
    samples.add('evaluate', '1/s', 300 * value);
  }
  expect(Object.entries(samples.figures())).toEqual([
    ['write', { median: 2, min: 1, max: 3, unit: 'ms' }],
    ['evaluate', { median: 600, min: 300, max: 900, unit: '1/s' }],
  ]);
});
