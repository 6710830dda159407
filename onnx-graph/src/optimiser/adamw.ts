import type { GraphBuilder } from '../graph/graph-builder';
import { type Value, elementCount } from '../graph/value';

/** AdamW with the gradient clipped by its global norm. */
export interface AdamWOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Decoupled weight decay of matrices; vectors (norm scales) are not decayed. */
  readonly weightDecay: number;
  /** Largest global gradient norm. */
  readonly clipNorm: number;
}

/** Flat vectors [N]. */
export interface AdamWState {
  readonly params: Value;
  readonly m: Value;
  readonly v: Value;
}

export interface AdamWInputs {
  readonly state: AdamWState;
  /** Scalars; `step` counts from 1. */
  readonly schedule: { readonly learningRate: Value; readonly step: Value };
  /** The tensors that make up the flat vector, in order, and their gradients. */
  readonly parts: readonly Value[];
  readonly gradients: readonly Value[];
}

/**
 * One step of AdamW over a flat parameter vector. Squares are summed per tensor and then over tensors, so the norm does
 * not depend on how a runtime splits one long sum. Source: Loshchilov & Hutter 2019, arXiv 1711.05101.
 * @returns the state after the step and the norm before clipping
 */
export function adamW(
  graph: GraphBuilder,
  options: AdamWOptions,
  { state, schedule, parts, gradients }: AdamWInputs,
): AdamWState & { gradientNorm: Value } {
  const { beta1, beta2, epsilon, weightDecay, clipNorm } = options;
  const flat = gradients.map((gradient, index) => graph.reshape(gradient, [-1], [elementCount(parts[index]!.shape)]));
  const squares = flat.map((gradient) => graph.sum(graph.mul(gradient, gradient), { axes: [0], keep: true }));
  const gradientNorm = graph.map('Sqrt', graph.sum(graph.concat(squares, 0, [squares.length]), { axes: [0] }));
  const shrink = graph.div(graph.float(clipNorm), graph.add(gradientNorm, graph.float(1e-6)));
  const clip = graph.node('Min', [graph.float(1), shrink], { shape: [] });
  const gradient = graph.mul(graph.concat(flat, 0, state.params.shape), clip);

  const average = (old: Value, fresh: Value, beta: number): Value =>
    graph.add(graph.mul(old, graph.float(beta)), graph.mul(fresh, graph.float(1 - beta)));
  const m = average(state.m, gradient, beta1);
  const v = average(state.v, graph.mul(gradient, gradient), beta2);
  const correction = (beta: number): Value =>
    graph.sub(graph.float(1), graph.node('Pow', [graph.float(beta), schedule.step], { shape: [] }));
  const spread = graph.map('Sqrt', graph.div(v, correction(beta2)));
  const direction = graph.div(graph.div(m, correction(beta1)), graph.add(spread, graph.float(epsilon)));

  const decay = graph.concat(
    parts.map((part) => constantVector(graph, elementCount(part.shape), part.shape.length > 1 ? weightDecay : 0)),
    0,
    state.params.shape,
  );
  const change = graph.add(direction, graph.mul(state.params, decay));
  const params = graph.sub(state.params, graph.mul(change, schedule.learningRate));
  return { params, m, v, gradientNorm };
}

function constantVector(graph: GraphBuilder, length: number, value: number): Value {
  const shape = graph.ints([1]);
  const one = graph.node('Expand', [graph.float(value), shape], { shape: [1] });
  return graph.node('Expand', [one, graph.ints([length])], { shape: [length] });
}
