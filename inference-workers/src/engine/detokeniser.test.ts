import fc from 'fast-check';
import { Detokeniser } from './detokeniser';

const bytesToText = (tokens: readonly number[]): string =>
  new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(tokens));

function stream(tokens: readonly number[]): { pieces: string[]; text: string } {
  const detokeniser = new Detokeniser(bytesToText);
  const pieces = tokens.map((token) => detokeniser.push(token));
  return { pieces, text: pieces.join('') + detokeniser.end() };
}

test('a character appears when its last byte has come', () => {
  expect(stream([...Buffer.from('aé€😀')]).pieces).toEqual(['a', '', 'é', '', '', '€', '', '', '', '😀']);
});

test('text in any script streams to itself, and no piece holds half a character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
      const { pieces, text: streamed } = stream([...Buffer.from(text)]);
      expect(streamed).toBe(text);
      if (!text.includes('\uFFFD')) expect(pieces.join('')).not.toContain('\uFFFD');
    }),
  );
});

test('text that another worker goes on with is the same, wherever the first broke off, within a character too', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 40 }), fc.nat(40), (bytes, at) => {
      const [first, second] = [new Detokeniser(bytesToText), new Detokeniser(bytesToText)];
      const [before, after] = [bytes.slice(0, at), bytes.slice(at)];
      const given = before.map((token) => first.push(token)).join('');
      second.skip(before);
      expect(given + after.map((token) => second.push(token)).join('') + second.end()).toBe(bytesToText(bytes));
    }),
  );
});

test('bytes that are no text stream to what they decode to as a whole', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 60 }), (bytes) => {
      expect(stream(bytes).text).toBe(bytesToText(bytes));
    }),
    { numRuns: 500 },
  );
});
