import type { GraphBuilder } from '../../../graph/graph-builder';
import { type Value, dimOf } from '../../../graph/value';
import { MICROSOFT_DOMAIN } from '../../../proto/onnx';
import { BLOCK, type Quantisation, type QuantisedMatrix, quantise } from './quantise';

/** A model's parameters by their Hugging Face names, in single precision, rows as there. */
export type ParameterSource = (name: string) => Float32Array;

/** `MatMulNBits`' `accuracy_level`: what activations are rounded to before they are multiplied. */
const ACCURACY_LEVEL = { single: 1, int8: 4 } as const;

/** A weight matrix [outputs, inputs] made of parameters that lie below one another. */
export interface Matrix {
  readonly parts: readonly string[];
  readonly outputs: number;
  readonly inputs: number;
}

/** The weights of a serving graph, each made when its file is written. */
export class ServingWeights {
  readonly #graph: GraphBuilder;
  readonly #parameters: ParameterSource;
  readonly #quantisation: Quantisation | undefined;
  readonly #plain = new Map<string, Value>();

  constructor(graph: GraphBuilder, parameters: ParameterSource, quantisation: Quantisation | undefined) {
    this.#graph = graph;
    this.#parameters = parameters;
    this.#quantisation = quantisation;
  }

  /** A parameter as it is; who asks for one again gets the same tensor. */
  plain(name: string, shape: readonly number[]): Value {
    const known = this.#plain.get(name);
    if (known) return known;
    const value = this.#graph.initialiser(name, 'float32', shape, { elements: () => this.#parameters(name) });
    this.#plain.set(name, value);
    return value;
  }

  /**
   * y = x Wᵀ over the last axis of x [B, T, inputs].
   * @param name under which the matrix stands in the graph
   */
  linear(x: Value, name: string, matrix: Matrix): Value {
    return this.#quantisation ? this.#quantised(x, name, matrix, this.#quantisation) : this.#single(x, name, matrix);
  }

  #single(x: Value, name: string, matrix: Matrix): Value {
    const { parts, inputs, outputs } = matrix;
    const weight =
      parts.length === 1
        ? this.plain(parts[0]!, [outputs, inputs])
        : this.#graph.initialiser(name, 'float32', [outputs, inputs], { elements: () => this.#rows(matrix) });
    return this.#graph.node(
      'FusedMatMul',
      [x, weight],
      { shape: [dimOf(x.shape, 0), dimOf(x.shape, 1), outputs] },
      { domain: MICROSOFT_DOMAIN, attributes: { transB: 1 } },
    );
  }

  #quantised(x: Value, name: string, matrix: Matrix, { bits, compute }: Quantisation): Value {
    const { inputs, outputs } = matrix;
    let made: QuantisedMatrix | undefined;
    // Both tensors are written one after the other: the second frees what the first made.
    const take = <K extends keyof QuantisedMatrix>(part: K): QuantisedMatrix[K] => {
      const whole = made ?? quantise(this.#rows(matrix), inputs, bits);
      made = made ? undefined : whole;
      return whole[part];
    };
    const blocks = inputs / BLOCK;
    const quants = this.#graph.initialiser(`${name}.quants`, 'uint8', [outputs, blocks, (BLOCK * bits) / 8], {
      elements: () => take('quants'),
    });
    const scales = this.#graph.initialiser(`${name}.scales`, 'float32', [outputs * blocks], {
      elements: () => take('scales'),
    });
    return this.#graph.node(
      'MatMulNBits',
      [x, quants, scales],
      { shape: [dimOf(x.shape, 0), dimOf(x.shape, 1), outputs] },
      {
        domain: MICROSOFT_DOMAIN,
        attributes: { K: inputs, N: outputs, bits, block_size: BLOCK, accuracy_level: ACCURACY_LEVEL[compute] },
      },
    );
  }

  #rows({ parts, outputs, inputs }: Matrix): Float32Array {
    if (parts.length === 1) return this.#parameters(parts[0]!);
    const all = new Float32Array(outputs * inputs);
    let offset = 0;
    for (const part of parts) {
      const values = this.#parameters(part);
      all.set(values, offset);
      offset += values.length;
    }
    return all;
  }
}
