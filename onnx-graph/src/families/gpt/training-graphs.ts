import { GraphBuilder } from '../../graph/graph-builder';
import { Tape } from '../../graph/tape';
import { type Value, elementCount } from '../../graph/value';
import { MASKED } from '../../operators/attention';
import { crossEntropy } from '../../operators/cross-entropy';
import { rotaryTable } from '../../operators/rotary';
import { type AdamWOptions, adamW } from '../../optimiser/adamw';
import type { GptConfig } from './config';
import { gptForward } from './forward';
import { parameterCount, tensorTable } from './tensor-table';

/** Past the end of any sequence. */
const END = 2 ** 31 - 1;

/**
 * One training step as an ONNX graph: forward, gradients, clipping and AdamW over the flat parameter vector of length N.
 *
 * Inputs: `params`, `m`, `v` float32 [N]; `tokens` int64 [B, T+1], T ≤ `context`, each row predicted from its own start;
 * `lr` float32 []; `step` float32 [], counted from 1.
 * Outputs: `loss` (mean nats per token, before the step) and `grad_norm` (before clipping) float32 []; `params_out`,
 * `m_out`, `v_out` float32 [N].
 */
export function trainStep(config: GptConfig, optimiser: AdamWOptions): Uint8Array {
  const tape = new Tape(new GraphBuilder('train_step'));
  const { graph } = tape;
  const { params, parts, loss } = lossOf(tape, config);
  const state = { params, m: graph.input('m', 'float32', params.shape), v: graph.input('v', 'float32', params.shape) };
  const schedule = { learningRate: graph.input('lr', 'float32', []), step: graph.input('step', 'float32', []) };
  const updated = adamW(graph, optimiser, { state, schedule, parts, gradients: tape.gradients(loss, parts) });
  graph.output('loss', loss);
  graph.output('params_out', updated.params);
  graph.output('m_out', updated.m);
  graph.output('v_out', updated.v);
  graph.output('grad_norm', updated.gradientNorm);
  return graph.bytes();
}

/**
 * The same forward pass without the step, to score held-out text.
 *
 * Inputs: `params` float32 [N], `tokens` int64 [B, T+1]. Outputs: `loss` float32 [], mean nats per token; `logits`
 * float32 [B·T, V].
 */
export function evaluation(config: GptConfig): Uint8Array {
  const tape = new Tape(new GraphBuilder('evaluation'));
  const { loss, logits } = lossOf(tape, config);
  tape.graph.output('loss', loss);
  tape.graph.output('logits', logits);
  return tape.graph.bytes();
}

/** The gradient alone: inputs as `evaluation`; outputs `loss` float32 [] and `gradient` float32 [N]. */
export function gradient(config: GptConfig): Uint8Array {
  const tape = new Tape(new GraphBuilder('gradient'));
  const { graph } = tape;
  const { params, parts, loss } = lossOf(tape, config);
  const flat = tape.gradients(loss, parts).map((part) => graph.reshape(part, [-1], [elementCount(part.shape)]));
  graph.output('loss', loss);
  graph.output('gradient', graph.concat(flat, 0, params.shape));
  return graph.bytes();
}

interface LossParts {
  readonly params: Value;
  /** The parameter vector cut into tensors, in the order of the table. */
  readonly parts: readonly Value[];
  readonly logits: Value;
  readonly loss: Value;
}

function lossOf(tape: Tape, config: GptConfig): LossParts {
  const { graph } = tape;
  const params = graph.input('params', 'float32', [parameterCount(config)]);
  const weights = new Map<string, Value>();
  for (const { name, shape, offset, length } of tensorTable(config)) {
    const part = graph.slice(params, 0, { start: offset, end: offset + length });
    weights.set(name, graph.reshape(part, shape, shape));
  }
  const tokens = graph.input('tokens', 'int64', ['B', 'T+1']);
  const ids = graph.slice(tokens, 1, { start: 0, end: -1, size: 'T' });
  const targets = graph.slice(tokens, 1, { start: 1, end: END, size: 'T' });
  const { logits } = gptForward(tape, config, (name) => weights.get(name)!, {
    ids,
    positions: graph.ints([0]),
    rotaryTable: rotaryTable(graph, { positions: config.context, headSize: config.headSize, theta: config.ropeTheta }),
    bias: causalBias(graph, ids),
  });
  const loss = crossEntropy(tape, logits, graph.reshape(targets, [-1], ['N']));
  return { params, parts: [...weights.values()], logits, loss };
}

/** [T, T]: no token sees a later one. */
function causalBias(graph: GraphBuilder, ids: Value): Value {
  const time = graph.range(graph.size(ids, 1), 'T');
  const visible = graph.node('LessOrEqual', [graph.unsqueeze(time, [0]), graph.unsqueeze(time, [1])], {
    shape: ['T', 'T'],
    type: 'bool',
  });
  return graph.node('Where', [visible, graph.float(0), graph.float(MASKED)], { shape: ['T', 'T'] });
}
