import type { Tape } from '../graph/tape';
import type { Value } from '../graph/value';

/**
 * Scales rows x [N, D] to unit root mean square, then by `weight` [D]. Written in primitive operators, so that any ONNX
 * runtime computes the same thing. Source: Zhang & Sennrich 2019, arXiv 1910.07467.
 * @param epsilon added to the mean square
 */
export function rmsNorm(tape: Tape, x: Value, weight: Value, epsilon: number): Value {
  const { graph } = tape;
  const square = graph.node('Pow', [x, graph.float(2)], { shape: x.shape });
  const mean = graph.mean(square, { axes: [-1], keep: true });
  const root = graph.map('Sqrt', graph.add(mean, graph.float(epsilon)));
  const normal = graph.div(x, root);
  return tape.record([x, weight], graph.mul(normal, weight), (dy) => {
    const dNormal = graph.mul(dy, weight);
    const along = graph.mean(graph.mul(dNormal, normal), { axes: [-1], keep: true });
    const dx = graph.div(graph.sub(dNormal, graph.mul(normal, along)), root);
    return [dx, graph.sum(graph.mul(dy, normal), { axes: [0] })];
  });
}
