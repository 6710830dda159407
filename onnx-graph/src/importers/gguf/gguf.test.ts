import { expect } from '@jest/globals';
import fc from 'fast-check';
import { bytesSource, gguf } from '../../../../test/support/gguf';
import { CONFIG, METADATA, PARAMETERS, tensorsOf, TOKENS } from '../../../../test/support/gguf-model';
import { GraphError } from '../../error';
import { inferenceGraph } from '../../families/gpt/serving/inference-graph';
import { tensorTable } from '../../families/gpt/tensor-table';
import { dequantise, halfToSingle } from './block-type';
import { GgufFile } from './gguf-file';
import { GgufLlama } from './llama';
import { tokenizerFiles } from './tokenizer';

const WHOLE = gguf(METADATA, tensorsOf(CONFIG));
const MEBIBYTE = 1 << 20;
/** Bytes before the tensors'. */
const BODY = WHOLE.length - tensorsOf(CONFIG).reduce((sum, { bytes }) => sum + Math.ceil(bytes.length / 32) * 32, 0);
const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const u64 = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
};
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

/** Reads all that an import reads. */
function read(bytes: Uint8Array): void {
  const file = open(bytes);
  const model = new GgufLlama(file);
  for (const { name } of tensorTable(model.config)) model.weights(name);
  tokenizerFiles(file);
  inferenceGraph(model.config, (name) => model.weights(name), { externalData: 'weights' });
}

/** Demands that bytes are read or refused: no other error, no long while, and memory in proportion to the file. */
function attempt(bytes: Uint8Array): void {
  const began = process.hrtime.bigint();
  const before = process.memoryUsage();
  try {
    read(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(GraphError);
    expect((error as GraphError).message).toMatch(/\.$/);
  }
  const { heapTotal, arrayBuffers } = process.memoryUsage();
  expect(heapTotal - before.heapTotal + arrayBuffers - before.arrayBuffers).toBeLessThan(256 * MEBIBYTE);
  expect(Number(process.hrtime.bigint() - began) / 1e9).toBeLessThan(10);
}

describe('a damaged file is refused or read, and nothing else', () => {
  const damaged: fc.Arbitrary<[number, Buffer]>[] = [
    [1, fc.integer({ min: 0, max: 255 }).map((byte) => Buffer.of(byte))],
    // Counts, lengths, offsets and sizes are 64 bits wide, types 32.
    [8, fc.oneof(fc.constantFrom(0n, 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })).map(u64)], // prettier-ignore
    [4, fc.oneof(fc.constantFrom(0, 1, 9, 31, 2 ** 31, 2 ** 32 - 1), fc.nat(2 ** 31)).map(u32)],
  ].map(([width, bytes]) => fc.tuple(fc.nat(BODY - (width as number)), bytes as fc.Arbitrary<Buffer>));

  test('cut off anywhere: in each byte of what comes before the tensors, and in these', () => {
    for (let length = 0; length < BODY; length++) attempt(WHOLE.subarray(0, length));
    fc.assert(
      fc.property(fc.integer({ min: BODY, max: WHOLE.length - 1 }), (length) => {
        expect(() => read(WHOLE.subarray(0, length))).toThrow(GraphError);
      }),
    );
  });

  test('overwritten anywhere, by bytes and by numbers that overflow', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(...damaged), { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = Buffer.from(WHOLE);
        for (const [at, by] of changes) by.copy(bytes, at);
        attempt(bytes);
      }),
      { numRuns: 1_000 },
    );
  }, 120_000);

  test('each count, length, offset and size of the head, overwritten by the numbers that overflow', () => {
    for (const number of [2n ** 31n, 2n ** 32n, 2n ** 53n - 1n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n]) {
      for (let at = 4; at <= BODY - 8; at += 1) {
        const bytes = Buffer.from(WHOLE);
        bytes.writeBigUInt64LE(number, at);
        attempt(bytes);
      }
    }
  }, 120_000);

  test('spliced from itself, so that all parts are well-formed and in wrong places', () => {
    const place = fc.nat(BODY);
    fc.assert(
      fc.property(place, place, fc.nat(200), (from, to, length) => {
        const bytes = Buffer.from(WHOLE);
        WHOLE.copy(bytes, to, from, from + length);
        attempt(bytes);
        attempt(Buffer.concat([WHOLE.subarray(0, to), WHOLE.subarray(from, from + length), WHOLE.subarray(to)]));
      }),
    );
  }, 120_000);
});

test('tensors have names and places of their own, in the file and where the alignment says', async () => {
  const tensors = tensorsOf(CONFIG);
  const [first, second, ...rest] = tensors;
  const places = (change: (at: number, name: string) => bigint | undefined): Buffer => {
    const bytes = Buffer.from(WHOLE);
    for (const { name, dims } of tensors) {
      const at = bytes.indexOf(name) + name.length + 4 + 8 * dims.length + 4;
      const offset = change(Number(bytes.readBigUInt64LE(at)), name);
      if (offset !== undefined) bytes.writeBigUInt64LE(offset, at);
    }
    return bytes;
  };
  expect(() => open(places(() => undefined))).not.toThrow();
  const refused = (change: Parameters<typeof places>[0], says: RegExp): void => {
    expect(() => open(places(change))).toThrow(says);
  };
  refused((_, name) => (name === second!.name ? 0n : undefined), /in another's place/);
  refused((at, name) => (name === second!.name ? BigInt(at - 32) : undefined), /in another's place/);
  refused((at, name) => (name === tensors.at(-1)!.name ? BigInt(at + 4) : undefined), /ends before|may/);
  refused((at, name) => (name === second!.name ? BigInt(at + 1) : undefined), /does not begin where it may/);
  refused((_, name) => (name === second!.name ? 2n ** 63n : undefined), /lies nowhere/);
  refused((_, name) => (name === second!.name ? 2n ** 40n : undefined), /ends before/);
  await expect(() => with_({}, [first!, { ...second!, name: first!.name }, ...rest])).toThrowWithCode(
    'invalid_argument',
  );
});

test('what the metadata lacks, says twice, or says that cannot be, is named', async () => {
  for (const key of Object.keys(METADATA)) {
    const { [key as keyof typeof METADATA]: _, ...others } = METADATA;
    attempt(gguf(others, tensorsOf(CONFIG)));
  }
  const twice = Buffer.from(WHOLE);
  twice.write('llama.block_countxxxx'.slice(0, 'llama.feed_forward_length'.length), twice.indexOf('llama.feed_f'));
  attempt(twice);
  const same = gguf({ 'llama.block_counu': 2, ...METADATA }, tensorsOf(CONFIG));
  same.write('llama.block_count', same.indexOf('llama.block_counu'));
  await expect(() => open(same)).toThrowWithCode('invalid_argument');
  for (const alignment of [0, 4, 7, 2 ** 32 - 8, 1.5])
    await expect(() => with_({ 'general.alignment': alignment })).toThrowWithCode('invalid_argument');
  const tokens = ['a', 'b', 'ab', 'a', '<|end|>', '<tool>'];
  const vocabulary = (changes: object): GgufFile => open(gguf({ ...METADATA, ...changes }, tensorsOf(CONFIG)));
  await expect(() => tokenizerFiles(vocabulary({ 'tokenizer.ggml.tokens': tokens }))).toThrowWithCode('invalid_argument'); // prettier-ignore
  const more = { 'tokenizer.ggml.tokens': [...TOKENS, 'c'], 'tokenizer.ggml.token_type': [1, 1, 1, 1, 3, 4, 1] };
  await expect(() => tokenizerFiles(vocabulary(more))).toThrowWithCode('invalid_argument', { tokens: 7, rows: 6 });
  const latin = Buffer.from(WHOLE);
  latin[latin.indexOf('Tiny')] = 0xff;
  await expect(() => open(latin)).toThrowWithCode('invalid_argument');
});

test('a list, or a text, that is longer than any is refused, though the file is as long', async () => {
  const head = (type: number, length: number): Buffer => {
    const bytes = gguf({ x: type === 8 ? '' : [1] }, []);
    bytes.writeBigUInt64LE(BigInt(length), type === 8 ? bytes.indexOf('x') + 5 : bytes.indexOf('x') + 9);
    return bytes;
  };
  const long = (type: number, length: number) => ({
    size: 2 ** 40,
    read: (offset: number, wanted: number): Uint8Array => {
      const bytes = new Uint8Array(wanted);
      bytes.set(head(type, length).subarray(offset, offset + wanted));
      return bytes;
    },
  });
  await expect(() => new GgufFile(long(8, 2 ** 39))).toThrowWithCode('invalid_argument');
  await expect(() => new GgufFile(long(9, 2 ** 35))).toThrowWithCode('invalid_argument');
});
