import { GraphError } from '../../error';
import { type GptConfig, checkGptConfig } from '../../families/gpt/config';
import { EMBEDDING, FINAL_NORM, OUTPUT_HEAD, layerTensor, tensorTable } from '../../families/gpt/tensor-table';
import { dequantise } from './block-type';
import type { GgufFile } from './gguf-file';
import { numberAt, textAt } from './metadata';

/** The name of each part of a layer in GGUF, by its name in Hugging Face checkpoints. */
const LAYER_PARTS: Readonly<Record<string, string>> = {
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

/** A model of the Llama architecture in a GGUF file, as its Hugging Face checkpoint has it. */
export class GgufLlama {
  readonly config: GptConfig;
  readonly #file: GgufFile;
  readonly #names: ReadonlyMap<string, string>;

  /** @throws {GraphError} `not_supported` for another architecture, `invalid_argument` when tensors are missing or misshapen */
  constructor(file: GgufFile) {
    const architecture = textAt(file, 'general.architecture');
    if (architecture !== 'llama') {
      throw new GraphError('not_supported', `The architecture ${architecture} is not read. Convert a Llama model.`, {
        architecture,
      });
    }
    this.#file = file;
    this.config = configOf(file);
    this.#names = ggufNames(this.config);
    for (const { name, shape } of tensorTable(this.config)) {
      const { dims } = file.tensor(this.#names.get(name)!);
      if ([...dims].reverse().join() !== shape.join()) {
        throw new GraphError(
          'invalid_argument',
          `Tensor ${name} is [${[...dims].reverse().join()}], not [${shape.join()}].`,
          {
            tensor: name,
          },
        );
      }
    }
  }

  /** A parameter by its Hugging Face name, in single precision, rows as there. */
  weights(name: string): Float32Array {
    const stored = this.#names.get(name);
    if (stored === undefined) throw new GraphError('invalid_argument', `The model has no parameter ${name}.`, { name });
    const values = dequantise(this.#file.tensor(stored).type, this.#file.bytes(stored));
    const { heads, kvHeads, headSize, hiddenSize } = this.config;
    if (stored.endsWith('.attn_q.weight')) return halvesFromPairs(values, { heads, headSize, width: hiddenSize });
    if (stored.endsWith('.attn_k.weight'))
      return halvesFromPairs(values, { heads: kvHeads, headSize, width: hiddenSize });
    return values;
  }
}

function configOf(file: GgufFile): GptConfig {
  const at = (key: string, fallback?: number): number => numberAt(file, `llama.${key}`, fallback);
  const heads = at('attention.head_count');
  const hiddenSize = at('embedding_length');
  const headSize = at('attention.key_length', Math.floor(hiddenSize / heads));
  const [vocabSize] = file.tensor('token_embd.weight').dims.slice(-1);
  const config: GptConfig = {
    vocabSize: vocabSize!,
    hiddenSize,
    intermediateSize: at('feed_forward_length'),
    layers: at('block_count'),
    heads,
    kvHeads: at('attention.head_count_kv', heads),
    headSize,
    context: at('context_length'),
    ropeTheta: at('rope.freq_base', 10_000),
    // Stored in single precision: 1e-5 comes back as 9.999999747378752e-6.
    rmsNormEps: Number(at('attention.layer_norm_rms_epsilon').toPrecision(6)),
    tiedEmbeddings: !file.tensors.has('output.weight'),
  };
  const scaling = file.metadata.get('llama.rope.scaling.type');
  const scaled = (scaling !== undefined && scaling !== 'none') || file.tensors.has('rope_freqs.weight');
  if (scaled || at('rope.dimension_count', headSize) !== headSize || file.metadata.has('llama.expert_count')) {
    throw new GraphError(
      'not_supported',
      'Models with scaled or partial rotary positions, or with experts, are not read. Convert a plain Llama model.',
    );
  }
  checkGptConfig(config);
  // A layer has tensors of its own: what claims more layers than tensors is damaged, and is not counted out.
  if (config.layers > file.tensors.size) {
    throw new GraphError('invalid_argument', `The file claims ${config.layers} layers. Fetch it again.`, {
      layers: config.layers,
      tensors: file.tensors.size,
    });
  }
  return config;
}

function ggufNames(config: GptConfig): ReadonlyMap<string, string> {
  const layers = Array.from({ length: config.layers }, (_, layer) =>
    Object.entries(LAYER_PARTS).map(([part, stored]): [string, string] => [
      layerTensor(layer, part),
      `blk.${layer}.${stored}.weight`,
    ]),
  );
  return new Map([
    [EMBEDDING, 'token_embd.weight'],
    [FINAL_NORM, 'output_norm.weight'],
    [OUTPUT_HEAD, 'output.weight'],
    ...layers.flat(),
  ]);
}

/**
 * Rows of queries or keys from llama.cpp's order, where features turned together are neighbours, to that of Hugging
 * Face, where they are half a head apart. Source: `permute` of llama.cpp's `convert_hf_to_gguf.py`, undone.
 */
function halvesFromPairs(
  values: Float32Array,
  { heads, headSize, width }: { heads: number; headSize: number; width: number },
): Float32Array {
  const out = new Float32Array(values.length);
  const half = headSize / 2;
  for (let head = 0; head < heads; head++) {
    for (let row = 0; row < headSize; row++) {
      const from = (head * headSize + (row % half) * 2 + Math.floor(row / half)) * width;
      out.set(values.subarray(from, from + width), (head * headSize + row) * width);
    }
  }
  return out;
}
