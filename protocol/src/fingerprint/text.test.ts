import fc from 'fast-check';
import { readVectors } from '../../../test/support/vectors';
import { encodeSignature, jaccardEstimate } from './minhash';
import { murmur3 } from './murmur3';
import { TextFingerprinter, textSignature } from './text';
import { wordsOf } from './words';

const vectors = readVectors('fingerprints') as {
  words: { text: string; words: string[] }[];
  texts: { text: string; signature: string | null }[];
};
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const word = fc.constantFrom('rose', 'thorn', 'Straße', 'été', 'Ὀδυσσεύς', '山', 'ﬁn', '𝔘nter', '42');
const gap = fc.constantFrom(' ', '\n', ', ', '  ', '—', '\u200b ');
const text = fc.array(fc.tuple(word, gap), { maxLength: 60 }).map((parts) => parts.flat().join(''));

test.each([
  ['', 0],
  ['hello', 0x248bfa47],
  ['hello, world', 0x149bbb7f],
  ['The quick brown fox jumps over the lazy dog', 0x2e4ff723],
])('MurmurHash3 of %j as published', (input, hash) => {
  expect(murmur3(utf8(input))).toBe(hash);
});

test('golden vectors', () => {
  for (const each of vectors.words) expect(wordsOf(each.text)).toEqual(each.words);
  for (const each of vectors.texts) {
    const signature = textSignature(each.text);
    expect(signature ? encodeSignature(signature) : null).toBe(each.signature);
  }
});

test('what readers do not notice changes nothing', () => {
  const plain = textSignature('Shall I compare thee to a summer’s day? Thou art more lovely');
  for (const same of [
    '  SHALL I compare\tthee\nto a summer\'s day -- thou art "more" lovely!',
    'Ｓｈａｌｌ I com\u00adpare thee to a sum\u200bmer’s day? Thou art more lovely',
  ])
    expect(textSignature(same)).toEqual(plain);
  expect(textSignature('Shall I compare thee to a winter’s day? Thou art more lovely')).not.toEqual(plain);
});

test('where chunks end makes no difference, within characters and without white space either', () => {
  const long = fc.constantFrom('', `${'x'.repeat(65_500)}${'水𠮷'.repeat(40)}`, `${'a b '.repeat(1_100)}é`);
  fc.assert(
    fc.property(text, long, text, fc.array(fc.integer({ min: 1, max: 9_000 })), (before, middle, after, sizes) => {
      const bytes = utf8(before + middle + after);
      const streamed = new TextFingerprinter();
      let at = 0;
      for (const size of [...sizes, bytes.length]) {
        streamed.update(bytes.subarray(at, at + size));
        at += size;
      }
      expect(streamed.finish()).toEqual(textSignature(before + middle + after));
    }),
    { numRuns: 20 },
  );
});

test('a text of one to four words is one shingle, and one without words has no fingerprint', () => {
  expect(textSignature(' .—! \u200b')).toBeUndefined();
  expect(textSignature('')).toBeUndefined();
  expect(textSignature('to be, or')).toEqual(textSignature('To be or'));
  expect(textSignature('to be or')).not.toEqual(textSignature('to be'));
});

test.each([[[0x61, 0xff]], [[0xe5, 0xb1]], [[0xed, 0xa0, 0x80]]])(
  'bytes %j are not UTF-8 and refused',
  async (bytes) => {
    await expect(() => new TextFingerprinter().update(Uint8Array.from(bytes)).finish()).toThrowWithCode(
      'invalid_argument',
    );
  },
);

test('the estimate is near the Jaccard index of the shingles', () => {
  const words = Array.from({ length: 1_000 }, (_, index) => `w${index}`);
  for (const kept of [1_000, 900, 700, 500, 100]) {
    const other = [...words.slice(0, kept), ...Array.from({ length: 1_000 - kept }, (_, index) => `v${index}`)];
    const both = Math.max(0, kept - 4);
    const jaccard = both / (2 * 996 - both);
    const [a, b] = [textSignature(words.join(' ')), textSignature(other.join(' '))];
    // Three standard errors.
    expect(Math.abs(jaccardEstimate(a!, b!) - jaccard)).toBeLessThanOrEqual(0.133);
  }
});
