import fc from 'fast-check';
import { readVectors } from '../../../test/support/vectors';
import { fromHex, sha256Bytes } from '../crypto/hash';
import { gumbelNoise, largest, perturbed, shortfall } from './sampler';

interface Case {
  name: string;
  seed: string;
  position: number;
  temperatureMilli: number;
  logits: number[];
  words: number[];
  noise: number[];
  token: number;
  shortfalls: number[];
}
const { cases } = readVectors('sampler') as { cases: Case[] };
const SEED = sha256Bytes('seed');

describe.each(cases)(
  'golden: $name',
  ({ seed, position, temperatureMilli, logits, words, noise, token, shortfalls }) => {
    test('noise', () => {
      const made = gumbelNoise(fromHex(seed), position, logits.length);
      for (const [id, value] of made.entries()) {
        expect(value).toBe(-Math.log(-Math.log((words[id]! + 0.5) / 2 ** 32)));
        // The last bit of a logarithm is the platform's own.
        expect(Math.abs(value - noise[id]!)).toBeLessThan(1e-12);
      }
    });

    test('token and shortfalls', () => {
      const scores = perturbed(Float32Array.from(logits), temperatureMilli, fromHex(seed), position);
      expect(largest(scores)).toBe(token);
      for (const [id, gap] of shortfalls.entries()) expect(shortfall(scores, id)).toBeCloseTo(gap, 12);
    });
  },
);

test('noise is finite for every word, the least and the greatest too', () => {
  for (const word of [0, 2 ** 32 - 1]) {
    expect(Number.isFinite(-Math.log(-Math.log((word + 0.5) / 2 ** 32)))).toBe(true);
  }
});

test('the noise of a token does not depend on the size of the vocabulary', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 32 - 1), fc.integer({ min: 1, max: 300 }), (position, size) => {
      const [small, large] = [gumbelNoise(SEED, position, size), gumbelNoise(SEED, position, 300)];
      expect([...small]).toEqual([...large.slice(0, size)]);
    }),
  );
});

test('draws follow the softmax', () => {
  const logits = Float32Array.from([0, 1, 2]);
  const odds = [...logits].map(Math.exp);
  const whole = odds.reduce((sum, odd) => sum + odd, 0);
  const draws = 20_000;
  const counts = [0, 0, 0];
  for (let position = 0; position < draws; position++) counts[largest(perturbed(logits, 1_000, SEED, position))]! += 1;
  // Five standard deviations of a binomial count.
  for (const [id, count] of counts.entries()) {
    const share = odds[id]! / whole;
    expect(Math.abs(count - draws * share)).toBeLessThan(5 * Math.sqrt(draws * share * (1 - share)));
  }
});

test('a temperature of zero adds nothing and takes the first of the largest', () => {
  const scores = perturbed(Float32Array.from([1, 3, 3]), 0, SEED, 0);
  expect([...scores]).toEqual([1, 3, 3]);
  expect(largest(scores)).toBe(1);
});

test.each([-1, 3, 0.5, Number.NaN])('the token %p falls short without end', (id) => {
  expect(shortfall(Float64Array.of(1, 2, 3), id)).toBe(Number.POSITIVE_INFINITY);
});

test('scores that are not numbers never pass', () => {
  expect(shortfall(Float64Array.of(Number.NaN, 1), 1)).toBe(Number.POSITIVE_INFINITY);
  expect(shortfall(Float64Array.of(1, Number.NaN), 1)).toBe(Number.POSITIVE_INFINITY);
});
