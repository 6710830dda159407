import { expect } from '@jest/globals';
import { Template } from '@huggingface/jinja';
import * as fc from 'fast-check';
import { STOP_TOKEN, VOCABULARY_SIZE, encodeBytes, tokenizerConfig, tokenizerJson } from './byte-tokenizer';

interface ByteTokenizer {
  encode(text: string, options: { add_special_tokens: boolean }): { ids: number[] };
  decode(ids: readonly number[], options: { skip_special_tokens: boolean }): string;
}

/** The package's own types do not resolve from CommonJS. */
const { Tokenizer } = jest.requireActual<{ Tokenizer: new (json: object, config: object) => ByteTokenizer }>(
  '@huggingface/tokenizers',
);
const tokenizer = new Tokenizer(tokenizerJson(), tokenizerConfig(512));

test('any text is its UTF-8 bytes, and comes back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
      const { ids } = tokenizer.encode(text, { add_special_tokens: false });
      expect(ids).toEqual([...encodeBytes(text)]);
      expect(tokenizer.decode(ids, { skip_special_tokens: true })).toBe(text);
    }),
  );
});

test.each([
  ' ',
  '\n\n  two  spaces\t\r\n',
  'naïve Ærøskøbing — “quotes”',
  '詩人 🌹👩‍🎤 é',
  " .,!? a 's 'll",
  '\0\x7f\x80\xad',
])('round trip of %j', (text) => {
  const { ids } = tokenizer.encode(text, { add_special_tokens: false });
  expect(ids).toEqual([...encodeBytes(text)]);
  expect(tokenizer.decode(ids, { skip_special_tokens: true })).toBe(text);
});

test('the stop token follows the bytes and is left out of an answer', () => {
  expect(STOP_TOKEN).toBe(VOCABULARY_SIZE - 1);
  expect(tokenizer.encode('a<|endoftext|>', { add_special_tokens: false }).ids).toEqual([97, STOP_TOKEN]);
  expect(tokenizer.decode([97, STOP_TOKEN], { skip_special_tokens: true })).toBe('a');
});

test('a chat is the last line of the user, to be gone on from', () => {
  const template = new Template(String(tokenizerConfig(512)['chat_template']));
  const messages = [
    { role: 'user', content: 'first' },
    { role: 'assistant', content: 'answer' },
    { role: 'user', content: 'Shall I compare thee' },
  ];
  expect(template.render({ messages })).toBe('Shall I compare thee\n');
});
