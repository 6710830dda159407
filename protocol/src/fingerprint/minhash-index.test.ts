import fc from 'fast-check';
import { decodeSignature, encodeSignature, jaccardEstimate, MinHash } from './minhash';
import { MinHashIndex } from './minhash-index';

function signatureOf(elements: Iterable<number>): Uint32Array {
  const minhash = new MinHash();
  for (const element of elements) minhash.add(element);
  return minhash.signature();
}
const set = fc.uniqueArray(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { minLength: 1, maxLength: 30 });

test('a signature crosses the ledger unchanged', () => {
  fc.assert(
    fc.property(set, (elements) => {
      const signature = signatureOf(elements);
      const text = encodeSignature(signature);
      expect(text).toMatch(/^[A-Za-z0-9+/]{683}=$/);
      expect(decodeSignature(text)).toEqual(signature);
    }),
  );
  expect(() => decodeSignature('AAAA')).toThrow(RangeError);
});

test('order and repetition of elements change nothing', () => {
  fc.assert(
    fc.property(set, (elements) => {
      expect(signatureOf([...elements, ...elements].reverse())).toEqual(signatureOf(elements));
    }),
  );
});

test('a union’s signature is the least of both', () => {
  fc.assert(
    fc.property(set, set, (a, b) => {
      const [ofA, ofB] = [signatureOf(a), signatureOf(b)];
      expect(signatureOf([...a, ...b])).toEqual(ofA.map((value, index) => Math.min(value, ofB[index]!)));
    }),
  );
});

test('finds what a look at every signature finds, from a Jaccard index of 0.5 on', () => {
  const index = new MinHashIndex();
  const signatures: Uint32Array[] = [];
  const families = 300;
  for (let family = 0; family < families; family += 1) {
    for (const changed of [0, 5, 15]) {
      const elements = Array.from({ length: 60 }, (_, k) => family * 1_000 + k + (k < changed ? 500 + changed : 0));
      signatures.push(signatureOf(elements));
      expect(index.add(signatures.at(-1)!)).toBe(signatures.length - 1);
    }
  }
  expect(index.size).toBe(3 * families);
  for (const query of signatures.filter((_, k) => k % 7 === 0)) {
    const scanned = signatures
      .map((signature, item) => ({ item, similarity: jaccardEstimate(signature, query) }))
      .filter(({ similarity }) => similarity >= 0.5)
      .sort((a, b) => b.similarity - a.similarity || a.item - b.item);
    expect(index.atLeast(query, 0.5)).toEqual(scanned);
  }
});
