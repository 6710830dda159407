import { type GptConfig, initialParameters, namedParameters, tensorTable } from '@llmchain/onnx-graph';
import type { WrittenTensor } from './gguf';

/** A Llama model of two layers. */
export const CONFIG: GptConfig = {
  vocabSize: 6,
  hiddenSize: 32,
  intermediateSize: 64,
  layers: 2,
  heads: 4,
  kvHeads: 2,
  headSize: 16,
  context: 64,
  ropeTheta: 10_000,
  rmsNormEps: 1e-5,
  tiedEmbeddings: true,
};
let state = 3;
export const PARAMETERS = namedParameters(
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
function permuted(values: Float32Array): Float32Array {
  const { headSize, hiddenSize: width } = CONFIG;
  const rows = Array.from({ length: values.length / width }, (_, row) =>
    values.subarray(row * width, (row + 1) * width),
  );
  const order = rows.map((_, row) => {
    const [head, place] = [Math.floor(row / headSize), row % headSize];
    return head * headSize + Math.floor(place / 2) + (place % 2) * (headSize / 2);
  });
  return Float32Array.from(order.flatMap((row) => [...rows[row]!]));
}

export function tensorsOf(config: GptConfig): WrittenTensor[] {
  return tensorTable(config).map(({ name, shape }) => {
    const [, layer, part] = /^model\.layers\.(\d+)\.(.+)\.weight$/.exec(name) ?? [];
    const stored = part === undefined ? NAMES[name]! : `blk.${layer}.${NAMES[part]}.weight`;
    let values = PARAMETERS(name);
    if (part === 'self_attn.q_proj') values = permuted(values);
    if (part === 'self_attn.k_proj') values = permuted(values);
    return { name: stored, dims: [...shape].reverse(), type: 0, bytes: new Uint8Array(values.slice().buffer) };
  });
}

export const TOKENS = ['a', 'b', 'ab', 'Ġ', '<|end|>', '<tool>'];
export const METADATA = {
  'general.architecture': 'llama',
  'general.name': 'Tiny',
  'llama.block_count': 2,
  'llama.context_length': 64,
  'llama.embedding_length': 32,
  'llama.feed_forward_length': 64,
  'llama.attention.head_count': 4,
  'llama.attention.head_count_kv': 2,
  'llama.attention.key_length': 16,
  'llama.rope.dimension_count': 16,
  'llama.attention.layer_norm_rms_epsilon': 1.0000000116860974e-5,
  'tokenizer.ggml.model': 'gpt2',
  'tokenizer.ggml.pre': 'smollm',
  'tokenizer.ggml.tokens': TOKENS,
  'tokenizer.ggml.token_type': [1, 1, 1, 1, 3, 4],
  'tokenizer.ggml.merges': ['a b'],
  'tokenizer.ggml.eos_token_id': 4,
  'tokenizer.chat_template': '{{ messages[0].content }}',
};
