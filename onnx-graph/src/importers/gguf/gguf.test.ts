import { expect } from '@jest/globals';
import fc from 'fast-check';
import { bytesSource, gguf, type WrittenTensor } from '../../../../test/support/gguf';
import { GraphError } from '../../error';
import type { GptConfig } from '../../families/gpt/config';
import { initialParameters } from '../../families/gpt/initial-parameters';
import { namedParameters, tensorTable } from '../../families/gpt/tensor-table';
import { dequantise, halfToSingle } from './block-type';
import { GgufFile } from './gguf-file';
import { GgufLlama } from './llama';
import { tokenizerFiles } from './tokenizer';

const CONFIG: GptConfig = {
  vocabSize: 6,
  hiddenSize: 32,
  intermediateSize: 64,
  layers: 2,
  heads: 4,
  kvHeads: 2,
  headSize: 8,
  context: 64,
  ropeTheta: 10_000,
  rmsNormEps: 1e-5,
  tiedEmbeddings: true,
};
let state = 3;
const PARAMETERS = namedParameters(
  CONFIG,
  initialParameters(CONFIG, () => (state = (state * 16807) % 2147483647) / 2147483647),
);
const NAMES: Record<string, string> = {
  'model.embed_tokens.weight': 'token_embd.weight',
  'model.norm.weight': 'output_norm.weight',
  input_layernorm: 'attn_norm',
  'self_attn.q_proj': 'attn_q',
  'self_attn.k_proj': 'attn_k',
  'self_attn.v_proj': 'attn_v',
  'self_attn.o_proj': 'attn_output',
  post_attention_layernorm: 'ffn_norm',
  'mlp.gate_proj': 'ffn_gate',
  'mlp.up_proj': 'ffn_up',
  'mlp.down_proj': 'ffn_down',
};

/** What llama.cpp's converter does to queries and keys: rows (half, i) of a head become (i, half). */
function permuted(values: Float32Array, heads: number): Float32Array {
  const { headSize, hiddenSize: width } = CONFIG;
  const rows = Array.from({ length: values.length / width }, (_, row) =>
    values.subarray(row * width, (row + 1) * width),
  );
  const order = rows.map((_, row) => {
    const [head, place] = [Math.floor(row / headSize), row % headSize];
    return head * headSize + Math.floor(place / 2) + (place % 2) * (headSize / 2);
  });
  expect(rows).toHaveLength(heads * headSize);
  return Float32Array.from(order.flatMap((row) => [...rows[row]!]));
}

function tensorsOf(config: GptConfig): WrittenTensor[] {
  return tensorTable(config).map(({ name, shape }) => {
    const [, layer, part] = /^model\.layers\.(\d+)\.(.+)\.weight$/.exec(name) ?? [];
    const stored = part === undefined ? NAMES[name]! : `blk.${layer}.${NAMES[part]}.weight`;
    let values = PARAMETERS(name);
    if (part === 'self_attn.q_proj') values = permuted(values, config.heads);
    if (part === 'self_attn.k_proj') values = permuted(values, config.kvHeads);
    return { name: stored, dims: [...shape].reverse(), type: 0, bytes: new Uint8Array(values.slice().buffer) };
  });
}

const TOKENS = ['a', 'b', 'ab', 'Ġ', '<|end|>', '<tool>'];
const METADATA = {
  'general.architecture': 'llama',
  'general.name': 'Tiny',
  'llama.block_count': 2,
  'llama.context_length': 64,
  'llama.embedding_length': 32,
  'llama.feed_forward_length': 64,
  'llama.attention.head_count': 4,
  'llama.attention.head_count_kv': 2,
  'llama.attention.layer_norm_rms_epsilon': 1.0000000116860974e-5,
  'tokenizer.ggml.model': 'gpt2',
  'tokenizer.ggml.pre': 'smollm',
  'tokenizer.ggml.tokens': TOKENS,
  'tokenizer.ggml.token_type': [1, 1, 1, 1, 3, 4],
  'tokenizer.ggml.merges': ['a b'],
  'tokenizer.ggml.eos_token_id': 4,
  'tokenizer.chat_template': '{{ messages[0].content }}',
};
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
