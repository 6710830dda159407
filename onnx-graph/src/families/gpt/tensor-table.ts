import { GraphError } from '../../error';
import { type GptConfig, checkGptConfig } from './config';

/** Where a tensor lies in the flat parameter vector. */
export interface TensorEntry {
  /** Its name in Hugging Face checkpoints of the Llama family. */
  readonly name: string;
  /** Its shape there: a weight is [outputs, inputs]. */
  readonly shape: readonly number[];
  /** Index of its first element. */
  readonly offset: number;
  readonly length: number;
}

/** Names of the parameters outside the layers. */
export const EMBEDDING = 'model.embed_tokens.weight';
export const FINAL_NORM = 'model.norm.weight';
export const OUTPUT_HEAD = 'lm_head.weight';

/** The parameters of one layer, by the last part of their names, and their shapes. */
function layerShapes(config: GptConfig): [name: string, shape: number[]][] {
  const { hiddenSize, intermediateSize } = config;
  const queryWidth = config.heads * config.headSize;
  const keyWidth = config.kvHeads * config.headSize;
  return [
    ['input_layernorm', [hiddenSize]],
    ['self_attn.q_proj', [queryWidth, hiddenSize]],
    ['self_attn.k_proj', [keyWidth, hiddenSize]],
    ['self_attn.v_proj', [keyWidth, hiddenSize]],
    ['self_attn.o_proj', [hiddenSize, queryWidth]],
    ['post_attention_layernorm', [hiddenSize]],
    ['mlp.gate_proj', [intermediateSize, hiddenSize]],
    ['mlp.up_proj', [intermediateSize, hiddenSize]],
    ['mlp.down_proj', [hiddenSize, intermediateSize]],
  ];
}

/** Name of a layer's parameter, such as `model.layers.0.self_attn.q_proj.weight`. */
export function layerTensor(layer: number, part: string): string {
  return `model.layers.${layer}.${part}.weight`;
}

/** The tensors of a model in the order in which they make up its flat parameter vector. */
export function tensorTable(config: GptConfig): readonly TensorEntry[] {
  checkGptConfig(config);
  const { hiddenSize, vocabSize } = config;
  const layers = Array.from({ length: config.layers }, (_, layer) =>
    layerShapes(config).map(([part, shape]): [string, number[]] => [layerTensor(layer, part), shape]),
  );
  const shapes: [string, number[]][] = [
    [EMBEDDING, [vocabSize, hiddenSize]],
    ...layers.flat(),
    [FINAL_NORM, [hiddenSize]],
    ...(config.tiedEmbeddings ? [] : [[OUTPUT_HEAD, [vocabSize, hiddenSize]] satisfies [string, number[]]]),
  ];
  let offset = 0;
  return shapes.map(([name, shape]) => {
    const length = shape.reduce((product, dim) => product * dim, 1);
    const entry = { name, shape, offset, length };
    offset += length;
    return entry;
  });
}

/** Length of the flat parameter vector. */
export function parameterCount(config: GptConfig): number {
  const last = tensorTable(config).at(-1)!;
  return last.offset + last.length;
}

/**
 * Parameters by name out of a flat vector in the order of {@link tensorTable}.
 * @throws {GraphError} `invalid_argument` when its length is not the model's
 */
export function namedParameters(config: GptConfig, params: Float32Array): (name: string) => Float32Array {
  const count = parameterCount(config);
  if (params.length !== count) {
    throw new GraphError('invalid_argument', `The model has ${count} parameters, not ${params.length}`);
  }
  const entries = new Map(tensorTable(config).map((entry) => [entry.name, entry]));
  return (name) => {
    const { offset, length } = entries.get(name)!;
    return params.subarray(offset, offset + length);
  };
}
