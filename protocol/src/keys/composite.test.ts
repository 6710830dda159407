import fc from 'fast-check';
import { readVectors } from '../../../test/support/vectors';
import { compositeKey, ordinal, splitCompositeKey } from './composite';

const { cases } = readVectors('composite-keys') as { cases: { type: string; parts: string[]; key: string }[] };
const part = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\u0000'));

test.each(cases)("$type $parts is fabric-shim's key", ({ type, parts, key }) => {
  expect(Buffer.from(compositeKey(type, parts)).toString('hex')).toBe(key);
  expect(splitCompositeKey(Buffer.from(key, 'hex').toString())).toEqual({ type, parts });
});

test('a key splits into what it was made of', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z-]+$/), fc.array(part), (type, parts) => {
      expect(splitCompositeKey(compositeKey(type, parts))).toEqual({ type, parts });
    }),
  );
});

test.each(['', '\u0000', '\u0000\u0000', 'plain', '\u0000work', 'work\u0000'])('%j is not a composite key', (key) => {
  expect(splitCompositeKey(key)).toBeUndefined();
});

test('ordinals sort as their numbers do', () => {
  const number = fc.integer({ min: 0, max: 2 ** 31 });
  fc.assert(fc.property(number, number, (a, b) => expect(ordinal(a) < ordinal(b)).toBe(a < b)));
});
