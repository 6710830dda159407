import { fixedDim } from '../graph/value';
import type { Value } from '../graph/value';
import type { Tape } from '../graph/tape';

/**
 * y = x Wᵀ for rows x [N, I] and a weight W [O, I], the layout of Hugging Face checkpoints.
 * @returns [N, O]
 */
export function linear(tape: Tape, x: Value, weight: Value): Value {
  const { graph } = tape;
  fixedDim(weight.shape, 0);
  return tape.record([x, weight], graph.gemm(x, weight, { transposeB: true }), (dy) => [
    graph.gemm(dy, weight),
    graph.gemm(dy, x, { transposeA: true }),
  ]);
}
