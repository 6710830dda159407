import fc from 'fast-check';
import { readVectors } from '../../../test/support/vectors';
import { partOfLine, splitByLargestRemainder } from './split';

const vectors = readVectors('money') as {
  largestRemainder: { amount: number; weights: number[]; parts: number[] }[];
  line: { amount: number; start: number; share: number; total: number; part: number }[];
};

const amount = fc.maxSafeNat();
const weights = fc.array(fc.maxSafeNat(), { minLength: 1, maxLength: 30 }).filter((all) => all.some((one) => one > 0));
const sum = (values: readonly number[]): bigint => values.reduce((total, value) => total + BigInt(value), 0n);

test.each(vectors.largestRemainder)('$amount by $weights', ({ amount, weights, parts }) => {
  expect(splitByLargestRemainder(amount, weights)).toEqual(parts);
});

test.each(vectors.line)('$share of $total from $start, of $amount', ({ amount, start, share, total, part }) => {
  expect(partOfLine(amount, start, share, total)).toBe(part);
});

test('a split loses and makes nothing, and each part is within one of its due', () => {
  fc.assert(
    fc.property(amount, weights, (whole, all) => {
      const parts = splitByLargestRemainder(whole, all);
      expect(sum(parts)).toBe(BigInt(whole));
      for (const [index, part] of parts.entries()) {
        const due = (BigInt(whole) * BigInt(all[index]!)) / sum(all);
        expect([due, due + 1n]).toContain(BigInt(part));
        if (all[index] === 0) expect(part).toBe(0);
      }
    }),
  );
});

test('nobody can be paid by no weight', () => {
  expect(() => splitByLargestRemainder(1, [0, 0])).toThrow(RangeError);
  expect(() => splitByLargestRemainder(1, [])).toThrow(RangeError);
});

test('the parts of a line sum to the whole, in whatever order they are claimed', () => {
  const line = fc.array(fc.integer({ min: 1, max: 2 ** 40 }), { minLength: 1, maxLength: 40 }).chain((shares) =>
    fc.record({
      shares: fc.constant(shares),
      order: fc.shuffledSubarray([...shares.keys()], { minLength: shares.length }),
    }),
  );
  fc.assert(
    fc.property(amount, line, (whole, { shares, order }) => {
      const total = Number(sum(shares));
      const paid = order.map((index) => partOfLine(whole, Number(sum(shares.slice(0, index))), shares[index]!, total));
      expect(sum(paid)).toBe(BigInt(whole));
      expect(Math.min(...paid)).toBeGreaterThanOrEqual(0);
    }),
  );
});

test('a line may be cut anywhere', () => {
  fc.assert(
    fc.property(
      amount,
      fc.integer({ min: 1, max: 1_000 }),
      fc.integer({ min: 1, max: 1_000 }),
      (whole, left, right) => {
        const total = left + right;
        expect(partOfLine(whole, 0, left, total) + partOfLine(whole, left, right, total)).toBe(whole);
      },
    ),
  );
});
