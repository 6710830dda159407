import type { Tape } from '../graph/tape';
import { type Value, dimOf, fixedDim } from '../graph/value';

/** Rows [N, W] as batch and time again: [B, T, W]. `dims` holds [B, T, −1] at run time. */
export function unflatten(tape: Tape, x: Value, dims: Value): Value {
  const { graph } = tape;
  const width = fixedDim(x.shape, 1);
  return tape.record([x], graph.reshape(x, dims, ['B', 'T', width]), (dy) => [graph.reshape(dy, [-1, width], x.shape)]);
}

/** Batch and time [B, T, W] as rows [N, W]; `dims` as in `unflatten`. */
export function flatten(tape: Tape, x: Value, dims: Value): Value {
  const { graph } = tape;
  const width = fixedDim(x.shape, 2);
  return tape.record([x], graph.reshape(x, [-1, width], ['N', width]), (dy) => [graph.reshape(dy, dims, x.shape)]);
}

/** [B, T, heads · size] as [B, heads, T, size]. */
export function splitHeads(tape: Tape, x: Value, heads: number, size: number): Value {
  const { graph } = tape;
  const shape = [dimOf(x.shape, 0), dimOf(x.shape, 1), heads, size];
  const split = graph.transpose(graph.reshape(x, [0, 0, heads, size], shape), [0, 2, 1, 3]);
  return tape.record([x], split, (dy) => [
    graph.reshape(graph.transpose(dy, [0, 2, 1, 3]), [0, 0, heads * size], x.shape),
  ]);
}

/** [B, heads, T, size] as [B, T, heads · size]. */
export function mergeHeads(tape: Tape, x: Value): Value {
  const { graph } = tape;
  const [heads, size] = [fixedDim(x.shape, 1), fixedDim(x.shape, 3)];
  const turned = graph.transpose(x, [0, 2, 1, 3]);
  const shape = [dimOf(x.shape, 0), dimOf(x.shape, 2), heads * size];
  return tape.record([x], graph.reshape(turned, [0, 0, heads * size], shape), (dy) => [
    graph.transpose(graph.reshape(dy, [0, 0, heads, size], turned.shape), [0, 2, 1, 3]),
  ]);
}
