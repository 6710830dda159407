import fc from 'fast-check';
import { readVectors } from '../../../test/support/vectors';
import { fromHex, sha256Bytes } from '../crypto/hash';
import { draw, gumbelNoise, judge, type Draw } from './sampler';

const shortfall = (logits: Float32Array, claimed: number, of: Draw): number => judge(logits, claimed, of).shortfall;

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
      const of = { seed: fromHex(seed), position, temperatureMilli };
      expect(draw(Float32Array.from(logits), of).token).toBe(token);
      for (const [id, gap] of shortfalls.entries())
        expect(shortfall(Float32Array.from(logits), id, of)).toBeCloseTo(gap, 12);
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
  for (let position = 0; position < draws; position++)
    counts[draw(logits, { seed: SEED, position, temperatureMilli: 1_000 }).token]! += 1;
  // Five standard deviations of a binomial count.
  for (const [id, count] of counts.entries()) {
    const share = odds[id]! / whole;
    expect(Math.abs(count - draws * share)).toBeLessThan(5 * Math.sqrt(draws * share * (1 - share)));
  }
});

test('a draw is the first of the best scores under the noise, whatever was left out on the way', () => {
  const logit = fc.oneof(fc.float({ min: -30, max: 30, noNaN: true }), fc.constantFrom(0, 5, -5));
  fc.assert(
    fc.property(
      fc.array(logit, { minLength: 1, maxLength: 400 }),
      fc.nat(2 ** 32 - 1),
      fc.integer({ min: 1, max: 5_000 }),
      (values, position, temperatureMilli) => {
        const logits = Float32Array.from(values);
        const noise = gumbelNoise(SEED, position, logits.length);
        const scores = [...logits].map((value, id) => value + (temperatureMilli / 1000) * noise[id]!);
        const best = Math.max(...scores);
        expect(draw(logits, { seed: SEED, position, temperatureMilli })).toEqual({
          token: scores.indexOf(best),
          score: best,
        });
        for (const claimed of new Set([0, scores.indexOf(best), logits.length - 1]))
          expect(shortfall(logits, claimed, { seed: SEED, position, temperatureMilli })).toBe(best - scores[claimed]!);
      },
    ),
  );
});

const GREEDY = { seed: SEED, position: 0, temperatureMilli: 0 };

test('a temperature of zero adds nothing and takes the first of the largest', () => {
  expect(draw(Float32Array.from([1, 3, 3]), GREEDY)).toEqual({ token: 1, score: 3 });
  expect(shortfall(Float32Array.from([1, 3, 3]), 0, GREEDY)).toBe(2);
});

test.each([-1, 3, 0.5, Number.NaN])('the token %p falls short without end', (id) => {
  expect(shortfall(Float32Array.of(1, 2, 3), id, GREEDY)).toBe(Number.POSITIVE_INFINITY);
});

test('logits that are not numbers never pass', () => {
  for (const temperatureMilli of [0, 800]) {
    for (const values of [
      [Number.NaN, 1],
      [1, Number.NaN],
    ]) {
      const of = { ...GREEDY, temperatureMilli };
      expect(draw(Float32Array.from(values), of).score).toBeNaN();
      for (const id of [0, 1]) expect(shortfall(Float32Array.from(values), id, of)).toBe(Number.POSITIVE_INFINITY);
    }
  }
});
