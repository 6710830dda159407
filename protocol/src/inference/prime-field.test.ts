import fc from 'fast-check';
import { evaluate, interpolate, inverse, PRIME } from './prime-field';

const element = fc.integer({ min: 0, max: PRIME - 1 });
/** Points with different places. */
const points = fc.uniqueArray(fc.tuple(element, element), { minLength: 1, maxLength: 40, selector: ([x]) => x });

test('the prime is one, and the largest of two bytes', () => {
  const prime = (n: number): boolean => {
    for (let divisor = 2; divisor * divisor <= n; divisor++) if (n % divisor === 0) return false;
    return true;
  };
  expect(prime(PRIME)).toBe(true);
  for (let n = PRIME + 1; n < 2 ** 16; n++) expect(prime(n)).toBe(false);
});

test('every element but zero has an inverse', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: PRIME - 1 }), (a) => (a * inverse(a)) % PRIME === 1));
});

test('a polynomial goes through its points', () => {
  fc.assert(
    fc.property(points, (all) => {
      const coefficients = interpolate(
        all.map(([x]) => x),
        all.map(([, y]) => y),
      );
      expect(coefficients).toHaveLength(all.length);
      for (const [x, y] of all) expect(evaluate(coefficients, x)).toBe(y);
    }),
  );
});

test('it is the only one: the order of the points does not matter, and coefficients come back', () => {
  fc.assert(
    fc.property(points, (all) => {
      const [xs, ys] = [all.map(([x]) => x), all.map(([, y]) => y)];
      const made = interpolate(xs, ys);
      expect(interpolate([...xs].reverse(), [...ys].reverse())).toEqual(made);
      const values = xs.map((x) => evaluate(ys, x));
      expect([...interpolate(xs, values)]).toEqual(ys);
    }),
  );
});

test('elsewhere a polynomial is like any number: forged values are not met by chance', () => {
  const xs = Array.from({ length: 128 }, (_, i) => 7 * i);
  const coefficients = interpolate(
    xs,
    xs.map(() => 0x4100),
  );
  // The one of degree 0 through equal values stays itself; one value that differs changes all others.
  expect([...coefficients.subarray(1)].every((value) => value === 0)).toBe(true);
  const changed = interpolate(
    xs,
    xs.map((_, i) => (i === 5 ? 0x4101 : 0x4100)),
  );
  const hits = Array.from({ length: 4_000 }, (_, i) => evaluate(changed, 1_000 + i) >>> 7 === 0x82);
  expect(hits.filter(Boolean).length).toBeLessThan(40);
});
