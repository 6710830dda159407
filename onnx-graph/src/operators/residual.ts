import type { Tape } from '../graph/tape';
import type { Value } from '../graph/value';

/** Sum of two values of one shape. */
export function residual(tape: Tape, a: Value, b: Value): Value {
  return tape.record([a, b], tape.graph.add(a, b), (dy) => [dy, dy]);
}
