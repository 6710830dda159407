import fc from 'fast-check';
import { alike } from './alike';

const tensor = fc.array(fc.float({ min: -8, max: 8, noNaN: true }), { minLength: 3, maxLength: 200 });

test('last bits are alike, whatever the numbers', () => {
  fc.assert(
    fc.property(tensor, (values) => {
      const one = Float32Array.from(values);
      expect(
        alike(
          one,
          one.map((value) => value * (1 + 1e-5)),
        ),
      ).toBe(true);
    }),
  );
});

test('a number that is off by a tenth of what is usual is not, also beside one that is huge', () => {
  fc.assert(
    fc.property(tensor, fc.nat(), fc.boolean(), (values, at, huge) => {
      const one = Float32Array.from(values, (value) => value + Math.sign(value || 1));
      if (huge) one[0] = 5_000;
      const other = Float32Array.from(one);
      const index = huge ? 1 + (at % (one.length - 1)) : at % one.length;
      other[index]! += 0.1 * Math.abs(other[index]!) + 0.1 * 9;
      expect(alike(one, other)).toBe(false);
    }),
  );
});

test('other sizes are not alike; nothing is like nothing', () => {
  expect(alike(new Float32Array(2), new Float32Array(3))).toBe(false);
  expect(alike(new Float32Array(0), new Float32Array(0))).toBe(true);
});
