import { expect } from '@jest/globals';
import fc from 'fast-check';
import { bytesSource, gguf } from '../../../../test/support/gguf';
import { CONFIG, METADATA, PARAMETERS, tensorsOf } from '../../../../test/support/gguf-model';
import { GraphError } from '../../error';
import { tensorTable } from '../../families/gpt/tensor-table';
import { dequantise, halfToSingle } from './block-type';
import { GgufFile } from './gguf-file';
import { GgufLlama } from './llama';
import { tokenizerFiles } from './tokenizer';

const WHOLE = gguf(METADATA, tensorsOf(CONFIG));
const open = (bytes: Uint8Array): GgufFile => new GgufFile(bytesSource(bytes));
const with_ = (changes: Record<string, string | number>, tensors = tensorsOf(CONFIG)): GgufFile =>
  open(gguf({ ...METADATA, ...changes }, tensors));

test('a Llama model comes back as its checkpoint has it', () => {
  const model = new GgufLlama(open(WHOLE));
  expect(model.config).toEqual(CONFIG);
  for (const { name } of tensorTable(CONFIG)) expect(model.weights(name)).toEqual(PARAMETERS(name));
});

test('its tokenizer comes with it', () => {
  const files = tokenizerFiles(open(WHOLE));
  expect(files).toMatchObject({ eos: 4, pad: 4 });
  expect(files.tokenizer).toMatchObject({
    added_tokens: [
      { id: 4, content: '<|end|>', special: true },
      { id: 5, content: '<tool>', special: false },
    ],
    model: { type: 'BPE', vocab: { a: 0, ab: 2, '<|end|>': 4 }, merges: ['a b'] },
  });
  expect(files.tokenizerConfig).toMatchObject({ eos_token: '<|end|>', chat_template: '{{ messages[0].content }}' });
  expect(files.tokenizerConfig).not.toHaveProperty('bos_token');
});

test('blocks hold what ggml says', () => {
  const half = [0x00, 0x38]; // 0.5
  const one = [0x00, 0x3c];
  const nibbles = Array.from({ length: 16 }, (_, i) => i | ((15 - i) << 4));
  const range = Array.from({ length: 16 }, (_, i) => i);
  expect([...dequantise('Q4_0', Uint8Array.from([...half, ...nibbles]))]).toEqual(
    [...range, ...range.toReversed()].map((q) => (q - 8) / 2),
  );
  expect([...dequantise('Q4_1', Uint8Array.from([...half, ...one, ...nibbles]))]).toEqual(
    [...range, ...range.toReversed()].map((q) => q / 2 + 1),
  );
  const bytes = Array.from({ length: 32 }, (_, i) => i - 16);
  expect([...dequantise('Q8_0', Uint8Array.from([...half, ...bytes.map((b) => b & 255)]))]).toEqual(
    bytes.map((q) => q / 2),
  );
  expect([...dequantise('F16', Uint8Array.from([...half, ...one, 0x01, 0x00, 0x00, 0xfc]))]).toEqual([
    0.5,
    1,
    2 ** -24,
    -Infinity,
  ]);
  expect(halfToSingle(0x7e00)).toBeNaN();
});

test('what is not read is refused by name', async () => {
  await expect(() => new GgufLlama(with_({ 'general.architecture': 'mamba' }))).toThrowWithCode('not_supported');
  await expect(() => new GgufLlama(with_({ 'llama.rope.scaling.type': 'yarn' }))).toThrowWithCode('not_supported');
  await expect(() => tokenizerFiles(with_({ 'tokenizer.ggml.model': 'llama' }))).toThrowWithCode('not_supported');
  await expect(() => tokenizerFiles(with_({ 'tokenizer.ggml.eos_token_id': 6 }))).toThrowWithCode('invalid_argument');
  const [first, ...rest] = tensorsOf(CONFIG);
  await expect(() => with_({}, [{ ...first!, type: 12 }, ...rest])).toThrowWithCode('not_supported', { type: 12 });
  await expect(() => new GgufLlama(with_({}, rest))).toThrowWithCode('invalid_argument');
  const turned = tensorsOf(CONFIG).map((tensor) => ({ ...tensor, dims: [...tensor.dims].reverse() }));
  await expect(() => new GgufLlama(with_({}, turned))).toThrowWithCode('invalid_argument');
  await expect(() => open(Buffer.from('PK nothing of the kind'))).toThrowWithCode('invalid_argument');
  await expect(() => new GgufLlama(with_({ 'llama.block_count': 2 ** 31 }))).toThrowWithCode('invalid_argument', {
    layers: 2 ** 31,
  });
  const old = Buffer.from(WHOLE);
  old.writeUInt32LE(1, 4);
  await expect(() => open(old)).toThrowWithCode('not_supported', { version: 1 });
});

test('a damaged file is refused or read, and nothing else', () => {
  const attempt = (bytes: Uint8Array): void => {
    try {
      const model = new GgufLlama(open(bytes));
      for (const { name } of tensorTable(model.config)) model.weights(name);
      tokenizerFiles(open(bytes));
    } catch (error) {
      expect(error).toBeInstanceOf(GraphError);
    }
  };
  fc.assert(
    fc.property(fc.nat(WHOLE.length - 1), (length) => {
      attempt(WHOLE.subarray(0, length));
    }),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(1_500), fc.nat(255)), { minLength: 1, maxLength: 4 }), (changes) => {
      const bytes = Buffer.from(WHOLE);
      for (const [at, value] of changes) bytes[at] = value;
      attempt(bytes);
    }),
    { numRuns: 500 },
  );
});
