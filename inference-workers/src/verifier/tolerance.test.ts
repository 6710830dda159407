import { expect } from '@jest/globals';
import fc from 'fast-check';
import { clippedMean, honestMean, withinDistribution, withinTolerance } from './tolerance';

const distribution = { clipMicro: 300_000, meanMicro: 5_000, deviationMicro: 30_000, oneFalseAlarmIn: 1_000_000 };

test('the bound falls towards the mean as answers grow, and rises with rarer false alarms', () => {
  const bounds = [1, 16, 128, 1_024, 1e9].map((tokens) => honestMean(tokens, distribution));
  expect([...bounds].sort((a, b) => b - a)).toEqual(bounds);
  expect(bounds.at(-1)).toBeCloseTo(0.005, 4);
  expect(honestMean(64, { ...distribution, oneFalseAlarmIn: 100 })).toBeLessThan(honestMean(64, distribution));
});

test('Bernstein’s bound holds: shortfalls of this mean and deviation exceed it no oftener than is said', () => {
  // 2.8 % of tokens fall short by up to the clip, which has about that mean and deviation.
  const often = { ...distribution, oneFalseAlarmIn: 100 };
  let state = 1;
  const uniform = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  const trials = 4_000;
  let alarms = 0;
  for (let trial = 0; trial < trials; trial++) {
    const shortfalls = Array.from({ length: 64 }, () => (uniform() < 0.028 ? 0.3 * uniform() : 0));
    if (!withinDistribution(shortfalls, often)) alarms++;
  }
  expect(alarms / trials).toBeLessThanOrEqual(0.01);
});

test('no single token decides, however far it falls short', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1 }), (shortfalls) => {
      expect(clippedMean(shortfalls, 0.3)).toBeLessThanOrEqual(0.3 + 1e-9);
    }),
  );
  expect(clippedMean([], 0.3)).toBe(0);
  expect(withinDistribution(Array<number>(64).fill(0.2), distribution)).toBe(false);
  expect(withinDistribution([Number.POSITIVE_INFINITY, ...Array<number>(63).fill(0)], distribution)).toBe(true);
});

test('fingerprints are held against share and mean', () => {
  const tolerance = { mismatches: 250, mantissaMilli: 100 };
  const deviation = { values: 128, mismatches: 4, mantissa: 0.1 };
  expect(withinTolerance(deviation, tolerance)).toBe(true);
  expect(withinTolerance({ ...deviation, mismatches: 5 }, tolerance)).toBe(false);
  expect(withinTolerance({ ...deviation, mantissa: 0.101 }, tolerance)).toBe(false);
});

test('a window of few values may be further off, since the mean of few strays further', () => {
  const tolerance = { mismatches: 1_000, mantissaMilli: 2_000 };
  // 32 values, a quarter of a whole window's: twice the share and twice the mean.
  expect(withinTolerance({ values: 32, mismatches: 7, mantissa: 4 }, tolerance)).toBe(true);
  expect(withinTolerance({ values: 32, mismatches: 8, mantissa: 4 }, tolerance)).toBe(false);
  expect(withinTolerance({ values: 32, mismatches: 7, mantissa: 4.001 }, tolerance)).toBe(false);
  expect(withinTolerance({ values: 4, mismatches: 4, mantissa: 127 }, tolerance)).toBe(false);
});
