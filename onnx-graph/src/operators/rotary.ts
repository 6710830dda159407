import type { GraphBuilder } from '../graph/graph-builder';
import type { Tape } from '../graph/tape';
import type { Value } from '../graph/value';
import { MICROSOFT_DOMAIN } from '../proto/onnx';

/** Cosines and sines [positions, headSize / 2] of the angles by which pairs of features are turned. */
export interface RotaryTable {
  readonly cosine: Value;
  readonly sine: Value;
}

export interface RotaryOptions {
  /** How many positions the table has. */
  readonly positions: number;
  readonly headSize: number;
  /** Base of the wavelengths; 10,000 in the paper. */
  readonly theta: number;
}

/**
 * The table of rotary position embeddings, computed in double precision and rounded once, so that no runtime's
 * trigonometry enters the model. Source: Su et al. 2021, arXiv 2104.09864.
 */
export function rotaryTable(graph: GraphBuilder, { positions, headSize, theta }: RotaryOptions): RotaryTable {
  const half = headSize / 2;
  const frequencies = Array.from({ length: half }, (_, i) => Math.exp((-i / half) * Math.log(theta)));
  const tabulate = (f: (angle: number) => number): Float32Array =>
    Float32Array.from({ length: positions * half }, (_, i) => f(Math.floor(i / half) * frequencies[i % half]!));
  return {
    cosine: graph.initialiser('rotary.cosine', 'float32', [positions, half], tabulate(Math.cos)),
    sine: graph.initialiser('rotary.sine', 'float32', [positions, half], tabulate(Math.sin)),
  };
}

/**
 * Turns every head of x [B, T, heads · headSize] by its position, first half of a head against the second as in Llama.
 * @param positions token positions [B, T], or [1] with the position of the first token of every row
 */
export function rotary(tape: Tape, x: Value, positions: Value, { cosine, sine }: RotaryTable): Value {
  const { graph } = tape;
  const turn = (value: Value, by: Value): Value =>
    graph.node('RotaryEmbedding', [value, positions, cosine, by], x, { domain: MICROSOFT_DOMAIN });
  // A rotation is orthogonal: its gradient is the rotation back.
  return tape.record([x], turn(x, sine), (dy) => [turn(dy, graph.map('Neg', sine))]);
}
