import { GraphError } from '../../error';
import { GraphBuilder } from '../../graph/graph-builder';
import { Tape } from '../../graph/tape';
import type { Value } from '../../graph/value';
import { MASKED } from '../../operators/attention';
import { rotaryTable } from '../../operators/rotary';
import type { GptConfig } from './config';
import { type LayerCache, gptForward } from './forward';
import { parameterCount, tensorTable } from './tensor-table';

/** What protocol buffers can hold, less room for the graph itself. */
const LARGEST_FILE = 2 ** 31 - 2 ** 24;

/**
 * The serving graph with its weights, as Optimum lays out `onnx/model.onnx`; single precision throughout.
 *
 * Inputs: `input_ids` int64 [B, T]; `attention_mask` int64 [B, P+T], 0 where padded, left or right; `position_ids`
 * int64 [B, T]; per layer i `past_key_values.i.key` and `.value` float32 [B, kvHeads, P, headSize] (P may be 0).
 * Outputs: `logits` float32 [B, T, V]; `present.i.key` and `.value` [B, kvHeads, P+T, headSize], past and new.
 * @param params the flat parameter vector in the order of `tensorTable`
 * @throws {GraphError} `invalid_argument` when its length is not the model's, `not_supported` when it is too long for one
 *   file
 */
export function inferenceGraph(config: GptConfig, params: Float32Array): Uint8Array {
  const count = parameterCount(config);
  if (params.length !== count) {
    throw new GraphError('invalid_argument', `The model has ${count} parameters, not ${params.length}`);
  }
  if (count * Float32Array.BYTES_PER_ELEMENT > LARGEST_FILE) {
    throw new GraphError('not_supported', 'Weights beyond 2 GiB do not fit into one ONNX file: use a smaller model', {
      count,
    });
  }
  const tape = new Tape(new GraphBuilder('model'));
  const { graph } = tape;
  const weights = new Map<string, Value>();
  for (const { name, shape, offset, length } of tensorTable(config)) {
    weights.set(name, graph.initialiser(name, 'float32', shape, params.subarray(offset, offset + length)));
  }
  const ids = graph.input('input_ids', 'int64', ['B', 'T']);
  const mask = graph.input('attention_mask', 'int64', ['B', 'S']);
  const positions = graph.input('position_ids', 'int64', ['B', 'T']);
  const cacheShape = ['B', config.kvHeads, 'P', config.headSize];
  const past = Array.from({ length: config.layers }, (_, layer): LayerCache => {
    const input = (part: string): Value => graph.input(`past_key_values.${layer}.${part}`, 'float32', cacheShape);
    return { key: input('key'), value: input('value') };
  });
  const present: LayerCache[] = [];
  const extended = (old: Value, fresh: Value): Value =>
    graph.concat([old, fresh], 2, ['B', config.kvHeads, 'S', config.headSize]);

  const { logits, dims } = gptForward(tape, config, (name) => weights.get(name)!, {
    ids,
    positions,
    rotaryTable: rotaryTable(graph, { positions: config.context, headSize: config.headSize, theta: config.ropeTheta }),
    bias: visibleBias(graph, ids, mask),
    extend: (layer, { key, value }) => {
      const old = past[layer]!;
      const all = { key: extended(old.key, key), value: extended(old.value, value) };
      present.push(all);
      return all;
    },
  });
  graph.output('logits', graph.reshape(logits, dims, ['B', 'T', config.vocabSize]));
  present.forEach(({ key, value }, layer) => {
    graph.output(`present.${layer}.key`, key);
    graph.output(`present.${layer}.value`, value);
  });
  return graph.bytes();
}

/** [B, 1, T, S]: a token sees what is not padding and not later than itself; the T new tokens are the last of the S. */
function visibleBias(graph: GraphBuilder, ids: Value, mask: Value): Value {
  const span = graph.size(mask, 1);
  const time = graph.size(ids, 1);
  const column = graph.range(span, 'S');
  const row = graph.add(graph.range(time, 'T'), graph.sub(span, time));
  const causal = graph.node('LessOrEqual', [graph.unsqueeze(column, [0]), graph.unsqueeze(row, [1])], {
    shape: ['T', 'S'],
    type: 'bool',
  });
  const present = graph.node('Greater', [mask, graph.int(0)], { shape: mask.shape, type: 'bool' });
  const visible = graph.node('And', [causal, graph.unsqueeze(present, [1, 2])], {
    shape: ['B', 1, 'T', 'S'],
    type: 'bool',
  });
  return graph.node('Where', [visible, graph.float(0), graph.float(MASKED)], { shape: ['B', 1, 'T', 'S'] });
}
