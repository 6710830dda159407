import { GraphError } from '../error';
import type { Dim, ElementType } from '../proto/onnx';

/** The sizes of a value's axes, outermost first. */
export type Shape = readonly Dim[];

/** A tensor that some node, input or initialiser of a graph produces. */
export interface Value {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: Shape;
}

/** The size of an axis; a negative axis counts from the last. */
export function dimOf(shape: Shape, axis: number): Dim {
  const dim = shape.at(axis);
  if (dim === undefined) throw new GraphError('invalid_argument', `A shape [${shape.join(', ')}] has no axis ${axis}`);
  return dim;
}

/** The size of an axis that must be known while building. */
export function fixedDim(shape: Shape, axis: number): number {
  const dim = dimOf(shape, axis);
  if (typeof dim === 'number') return dim;
  throw new GraphError('invalid_argument', `Axis ${axis} must have a fixed size, not "${dim}"`, { shape });
}

/** Number of elements of a shape without symbolic sizes. */
export function elementCount(shape: Shape): number {
  return shape.reduce<number>((count, _, axis) => count * fixedDim(shape, axis), 1);
}

/**
 * The shape of an element-wise result. Source: ONNX, "Multidirectional Broadcasting".
 * @throws {GraphError} `invalid_argument` when two sizes differ and neither is 1
 */
export function broadcast(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left === right || right === 1) return left;
    if (left === 1) return right;
    throw new GraphError('invalid_argument', `Shapes [${a.join(', ')}] and [${b.join(', ')}] do not broadcast`);
  });
}
