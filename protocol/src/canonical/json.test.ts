import { readVectors } from '../../../test/support/vectors';
import { LlmchainError } from '../errors/error';
import { canonicalJson, digestOf } from './json';

const vectors = readVectors('canonical-json') as {
  texts: { name: string; input: string; output: string }[];
  numbers: { ieee754: string; json: string }[];
};

test.each(vectors.texts)('RFC 8785, $name', ({ input, output }) => {
  expect(canonicalJson(JSON.parse(input))).toBe(output);
});

test.each(vectors.numbers)('RFC 8785, appendix B: $ieee754 is $json', ({ ieee754, json }) => {
  expect(canonicalJson(Buffer.from(ieee754, 'hex').readDoubleBE())).toBe(json);
});

test('keys sort by UTF-16 units at every depth; arrays keep their order', () => {
  expect(canonicalJson({ b: [{ z: 1, a: 2 }, 1], a: { d: null, c: true } })).toBe(
    '{"a":{"c":true,"d":null},"b":[{"a":2,"z":1},1]}',
  );
});

test('the digest is SHA-256 of the canonical bytes', () => {
  expect(digestOf({ b: 'é', a: 1 })).toBe(digestOf({ a: 1, b: 'é' }));
  expect(digestOf({})).toBe('44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a');
});

test.each([[undefined], [() => 1], [Symbol('x')]])('%p has no JSON form', (value) => {
  expect(() => canonicalJson(value)).toThrow(LlmchainError);
});

test.each([[Number.NaN], [Number.POSITIVE_INFINITY], [{ deep: [Number.NaN] }], [1n]])('%p is refused', (value) => {
  expect(() => canonicalJson(value)).toThrow();
});

test.each([
  ['a lone surrogate', '\ud800'],
  ['a lone surrogate after a backslash', '\\\udc00'],
  ['not a number', Number.NaN],
  ['infinity', { a: Infinity }],
  ['a BigInt', 1n],
])('%s has no canonical form', async (_what, value) => {
  await expect(() => canonicalJson(value)).toThrowWithCode('invalid_argument');
});

test('text that only looks like an escaped surrogate is text', () => {
  expect(JSON.parse(canonicalJson('\\ud800'))).toBe('\\ud800');
  expect(JSON.parse(canonicalJson('😀'))).toBe('😀');
});
