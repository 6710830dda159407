import { GraphError } from '../error';
import { type GraphBuilder } from './graph-builder';
import type { Value } from './value';

/** Given the gradient of a result, emits those of its inputs, in their order. */
export type Backward = (gradient: Value) => readonly Value[];

interface Entry {
  readonly inputs: readonly Value[];
  readonly result: Value;
  readonly backward: Backward;
}

/**
 * Reverse-mode differentiation: remembers how each result came about, and walks back from a loss emitting the gradients
 * as further nodes of the same graph. Source: Baydin et al. 2018, "Automatic Differentiation in Machine Learning" §3.2.
 */
export class Tape {
  readonly #entries: Entry[] = [];

  constructor(readonly graph: GraphBuilder) {}

  /** Notes that `result` was made of `inputs`. @returns the result, for chaining */
  record(inputs: readonly Value[], result: Value, backward: Backward): Value {
    this.#entries.push({ inputs, result, backward });
    return result;
  }

  /**
   * Emits the gradients of a scalar with respect to `targets`.
   * @throws {GraphError} `invalid_argument` when the loss does not depend on a target
   */
  gradients(loss: Value, targets: readonly Value[]): Value[] {
    const gradients = new Map<string, Value>([[loss.name, this.graph.float(1)]]);
    for (const { inputs, result, backward } of this.#entries.toReversed()) {
      const gradient = gradients.get(result.name);
      if (!gradient) continue;
      backward(gradient).forEach((part, index) => {
        const name = inputs[index]!.name;
        const sum = gradients.get(name);
        gradients.set(name, sum ? this.graph.add(sum, part) : part);
      });
    }
    return targets.map(({ name }) => {
      const gradient = gradients.get(name);
      if (!gradient) throw new GraphError('invalid_argument', `The loss does not depend on ${name}`, { target: name });
      return gradient;
    });
  }
}
