import type { Tape } from '../graph/tape';
import type { Value } from '../graph/value';

/** silu(gate) · up, element by element. Source: Shazeer 2020, arXiv 2002.05202. */
export function swiglu(tape: Tape, gate: Value, up: Value): Value {
  const { graph } = tape;
  const sigmoid = graph.map('Sigmoid', gate);
  const silu = graph.mul(gate, sigmoid);
  return tape.record([gate, up], graph.mul(silu, up), (dy) => {
    // d silu / d gate = σ + silu (1 − σ)
    const slope = graph.add(sigmoid, graph.mul(silu, graph.sub(graph.float(1), sigmoid)));
    return [graph.mul(graph.mul(dy, up), slope), graph.mul(dy, silu)];
  });
}
