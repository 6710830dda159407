import type { Tape } from '../graph/tape';
import { type Value, fixedDim } from '../graph/value';
import { oneHot } from './one-hot';

/**
 * Mean of −log softmax(logits)[target] over rows, in nats.
 * @param logits [N, V]
 * @param targets token ids [N]
 * @returns a scalar
 */
export function crossEntropy(tape: Tape, logits: Value, targets: Value): Value {
  const { graph } = tape;
  const logProbability = graph.map('LogSoftmax', logits, { axis: -1 });
  const target = oneHot(graph, targets, fixedDim(logits.shape, 1));
  const perRow = graph.sum(graph.mul(logProbability, target), { axes: [-1], keep: true });
  const loss = graph.map('Neg', graph.mean(perRow, { axes: [0, 1] }));
  return tape.record([logits], loss, (dLoss) => {
    const rows = graph.node('Size', [targets], { shape: [], type: 'int64' });
    const count = graph.cast(rows, 'float32');
    return [graph.mul(graph.sub(graph.map('Exp', logProbability), target), graph.div(dLoss, count))];
  });
}
