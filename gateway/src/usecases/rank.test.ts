import fc from 'fast-check';
import { ranked } from './rank';

const coordinate = fc.float({ noNaN: true, noDefaultInfinity: true, min: -1e3, max: 1e3 });
const row = fc.array(coordinate, { minLength: 3, maxLength: 3 }).map((values) => Float32Array.from(values));

test('every row is ranked once, by a score between -1 and 1 that never rises', () => {
  fc.assert(
    fc.property(row, fc.array(row, { maxLength: 20 }), (query, rows) => {
      const found = ranked(query, rows);
      expect(found.map(({ index }) => index).sort((a, b) => a - b)).toEqual(rows.map((_, index) => index));
      for (const [at, { score, index }] of found.entries()) {
        expect(Math.abs(score)).toBeLessThanOrEqual(1);
        const before = found[at - 1];
        if (before) expect(before.score > score || (before.score === score && before.index < index)).toBe(true);
      }
    }),
  );
});

test('the same direction is 1, the opposite -1, none 0, however long the rows are', () => {
  const rows = [
    [0, 0],
    [2, 2],
    [-1, -1],
    [1e-3, 1e-3],
    [1, -1],
  ].map((values) => Float32Array.from(values));
  const found = ranked(Float32Array.from([3, 3]), rows);
  expect(found.map(({ index }) => index)).toEqual([1, 3, 0, 4, 2]);
  expect(found.map(({ score }) => Math.round(score * 1e6) / 1e6)).toEqual([1, 1, 0, 0, -1]);
});
