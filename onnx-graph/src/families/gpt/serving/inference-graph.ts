import { GraphError } from '../../../error';
import { GraphBuilder } from '../../../graph/graph-builder';
import type { Value } from '../../../graph/value';
import { rotaryTable } from '../../../operators/rotary';
import type { GptConfig } from '../config';
import { EMBEDDING, FINAL_NORM, OUTPUT_HEAD, layerTensor, tensorTable } from '../tensor-table';
import { Fused } from './fused';
import type { Quantisation } from './quantise';
import { type Matrix, type ParameterSource, ServingWeights } from './weights';

export interface InferenceOptions {
  /** How weight matrices are stored and multiplied; single precision throughout when left out. */
  readonly quantisation?: Quantisation;
  /** Name of a file beside the graph's that takes the weights: needed beyond 2 GiB, and lets processes share them. */
  readonly externalData?: string;
}

/** The files of a serving graph. */
export interface InferenceGraph {
  readonly graph: Uint8Array;
  /** Content of the file with the weights, in pieces that are made one at a time; none without such a file. */
  readonly externalData: Iterable<Uint8Array>;
}

/** What protocol buffers can hold, less room for the graph itself. */
const LARGEST_FILE = 2 ** 31 - 2 ** 24;
/** Positions whose rotations a graph tabulates, at most. */
const LONGEST_CONTEXT = 2 ** 20;
/** ONNX Runtime's attention turns features by their position in groups of so many. */
const HEAD_MULTIPLE = 16;

/**
 * The serving graph with its weights in the layout of Hugging Face Optimum, over ONNX Runtime's fused operators. Caches
 * are buffers of a fixed capacity, which the graph extends in place where an input's memory is the output's too.
 *
 * Inputs: `input_ids` int64 [B, T]; `attention_mask` int64 [B, S], a row's ones and then, where it is shorter, zeros, S
 * tokens being the longest row, past and new; `num_logits_to_keep` int64 [], how many of the last positions get logits, 0
 * for all; per layer i `past_key_values.i.key` and `.value` float32 [B, kvHeads, P, headSize]. Several new tokens over a
 * past are taken for one row only. Outputs: `logits` float32 [B, K, V]; `last_hidden_state` float32 [B, K, hiddenSize], what
 * the logits are made of; `present.i.key` and `.value` float32 [B, kvHeads, max(P, S), headSize].
 * @throws {GraphError} `not_supported` for heads that the operators do not take, or weights too large for one file
 */
export function inferenceGraph(
  config: GptConfig,
  parameters: ParameterSource,
  { quantisation, externalData }: InferenceOptions = {},
): InferenceGraph {
  demandServable(config, externalData !== undefined);
  const { vocabSize, hiddenSize, intermediateSize, layers, heads, kvHeads, headSize } = config;
  const graph = new GraphBuilder('model', externalData === undefined ? {} : { externalData });
  const weights = new ServingWeights(graph, parameters, quantisation);
  const fused = new Fused(graph, config);

  const ids = graph.input('input_ids', 'int64', ['B', 'T']);
  const mask = graph.input('attention_mask', 'int64', ['B', 'S']);
  const kept = graph.input('num_logits_to_keep', 'int64', []);
  const lengths = fused.lengths(mask);
  const table = rotaryTable(graph, { positions: config.context, headSize, theta: config.ropeTheta });
  const gain = (name: string): Value => weights.plain(name, [hiddenSize]);
  const present: [name: string, value: Value][] = [];

  const embedding = weights.plain(EMBEDDING, [vocabSize, hiddenSize]);
  let residual = graph.gather(embedding, ids);
  let normal = fused.norm(residual, gain(layerTensor(0, 'input_layernorm')));
  for (let layer = 0; layer < layers; layer++) {
    const matrix = (parts: readonly string[], outputs: number, inputs: number): Matrix => ({
      parts: parts.map((part) => layerTensor(layer, part)),
      outputs,
      inputs,
    });
    const linear = (x: Value, name: string, of: Matrix): Value => weights.linear(x, layerTensor(layer, name), of);

    const projections = ['self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj'];
    const packed = linear(
      normal,
      'self_attn.qkv_proj',
      matrix(projections, (heads + 2 * kvHeads) * headSize, hiddenSize),
    );
    const past = fused.cacheInputs(layer);
    const { mixed, key, value } = fused.attention(packed, past, lengths, table);
    present.push([`present.${layer}.key`, key], [`present.${layer}.value`, value]);
    const attended = linear(mixed, 'self_attn.o_proj', matrix(['self_attn.o_proj'], hiddenSize, heads * headSize));
    ({ normal, residual } = fused.addAndNorm(residual, attended, gain(layerTensor(layer, 'post_attention_layernorm'))));

    const doors = ['mlp.gate_proj', 'mlp.up_proj'];
    const both = linear(normal, 'mlp.gate_up_proj', matrix(doors, 2 * intermediateSize, hiddenSize));
    const down = linear(fused.swiglu(both), 'mlp.down_proj', matrix(['mlp.down_proj'], hiddenSize, intermediateSize));
    const next = layer + 1 < layers ? layerTensor(layer + 1, 'input_layernorm') : FINAL_NORM;
    ({ normal, residual } = fused.addAndNorm(residual, down, gain(next)));
  }
  const head = config.tiedEmbeddings ? EMBEDDING : OUTPUT_HEAD;
  const wanted = fused.last(normal, kept);
  graph.output('logits', weights.linear(wanted, 'lm_head', { parts: [head], outputs: vocabSize, inputs: hiddenSize }));
  graph.output('last_hidden_state', wanted);
  for (const [name, tensor] of present) graph.output(name, tensor);
  return { graph: graph.bytes(), externalData: graph.externalData() };
}

function demandServable(config: GptConfig, apart: boolean): void {
  if (config.headSize % HEAD_MULTIPLE !== 0) {
    throw new GraphError(
      'not_supported',
      `Heads of ${config.headSize} features are not served. Choose a multiple of ${HEAD_MULTIPLE}.`,
      { headSize: config.headSize },
    );
  }
  if (config.context > LONGEST_CONTEXT) {
    throw new GraphError(
      'not_supported',
      `A context of ${config.context} tokens is not served. Choose a shorter one.`,
      {
        context: config.context,
      },
    );
  }
  const bytes = tensorTable(config).reduce((sum, { length }) => sum + length * Float32Array.BYTES_PER_ELEMENT, 0);
  if (!apart && bytes > LARGEST_FILE) {
    throw new GraphError('not_supported', 'Weights beyond 2 GiB do not fit into the graph. Name a file for them.', {
      bytes,
    });
  }
}
