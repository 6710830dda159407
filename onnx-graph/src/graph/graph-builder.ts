import { GraphError } from '../error';
import { ExternalData } from '../proto/external-data';
import {
  type Attribute,
  ELEMENT_BYTES,
  ELEMENT_TYPE,
  type ElementType,
  type NodeSpec,
  modelProto,
  nodeProto,
  tensorProto,
  valueInfoProto,
} from '../proto/onnx';
import type { ProtoWriter } from '../proto/proto-writer';
import { type Shape, type Value, broadcast, dimOf, elementCount } from './value';

type ElementArray = Float32Array | Int32Array | BigInt64Array | Uint8Array;

/** How a result of a node looks; `float32` unless said otherwise. */
export interface ResultSpec {
  readonly shape: Shape;
  readonly type?: ElementType;
}

/** A tensor whose elements are made when the file is written, so that a large model is never whole in memory. */
export interface LazyElements {
  readonly elements: () => ElementArray;
}

export interface NodeOptions {
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly domain?: string;
}

/** One multi-axis operator argument: `keep` leaves the reduced axes in place with size 1. */
export interface ReduceOptions {
  readonly axes: readonly number[];
  readonly keep?: boolean;
}

/**
 * Collects the nodes of one ONNX graph in the order of the calls and checks shapes on the way. Names are counted, so the
 * same calls give the same bytes, and a graph's digest names its mathematics.
 */
export class GraphBuilder {
  readonly #name: string;
  readonly #nodes: ProtoWriter[] = [];
  readonly #initialisers: ProtoWriter[] = [];
  readonly #inputs: ProtoWriter[] = [];
  readonly #outputs: ProtoWriter[] = [];
  readonly #constants = new Map<string, Value>();
  readonly #external: ExternalData | undefined;
  #count = 0;

  /** @param options.externalData name of a file beside the graph's that holds large tensors */
  constructor(name: string, options: { externalData?: string } = {}) {
    this.#name = name;
    this.#external = options.externalData === undefined ? undefined : new ExternalData(options.externalData);
  }

  /** The pieces of the file with large tensors, in order; none without such a file. */
  externalData(): Iterable<Uint8Array> {
    return this.#external?.pieces() ?? [];
  }

  /** The ONNX file. */
  bytes(): Uint8Array {
    return modelProto({
      name: this.#name,
      nodes: this.#nodes,
      initialisers: this.#initialisers,
      inputs: this.#inputs,
      outputs: this.#outputs,
    });
  }

  input(name: string, type: ElementType, shape: Shape): Value {
    this.#inputs.push(valueInfoProto(name, type, shape));
    return { name, type, shape };
  }

  /** Makes a value an output of the graph under a name of its own. */
  output(name: string, value: Value, shape: Shape = value.shape): void {
    this.#push({ operator: 'Identity', inputs: [value.name], outputs: [name] });
    this.#outputs.push(valueInfoProto(name, value.type, shape));
  }

  /** A constant tensor held in the file; `data` is kept by reference until `bytes`. */
  initialiser(name: string, type: ElementType, shape: readonly number[], data: ElementArray | LazyElements): Value {
    const count = elementCount(shape);
    const raw = (): Uint8Array => {
      const array = 'elements' in data ? data.elements() : data;
      if (array.length === count) return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
      throw new GraphError('invalid_argument', `${name} needs ${count} elements, not ${array.length}`);
    };
    const place = this.#external?.place(count * ELEMENT_BYTES[type], raw);
    this.#initialisers.push(tensorProto(name, type, shape, place ?? raw()));
    return { name, type, shape };
  }

  /** A constant list of integers; equal lists share one tensor. */
  ints(values: readonly number[]): Value {
    return this.#constant(`ints ${values.join()}`, 'int64', [values.length], () => int64(values));
  }

  /** A constant integer without axes. */
  int(value: number): Value {
    return this.#constant(`int ${value}`, 'int64', [], () => int64([value]));
  }

  /** Constant single-precision numbers: one without axes, or a list. */
  float(value: number | readonly number[]): Value {
    const list = typeof value === 'number' ? [value] : value;
    const shape = typeof value === 'number' ? [] : [value.length];
    return this.#constant(`float ${shape.length} ${list.join()}`, 'float32', shape, () => Float32Array.from(list));
  }

  /** Any operator; an input that is undefined is an optional one left out, and so is a result. */
  nodes(
    operator: string,
    inputs: readonly (Value | undefined)[],
    results: readonly (ResultSpec | undefined)[],
    options: NodeOptions = {},
  ): (Value | undefined)[] {
    const values = results.map(
      (result): Value | undefined =>
        result && { name: this.#fresh(operator), type: result.type ?? 'float32', shape: result.shape },
    );
    const names = (list: readonly (Value | undefined)[]): string[] => list.map((value) => value?.name ?? '');
    this.#push({ operator, inputs: names(inputs), outputs: names(values), ...options });
    return values;
  }

  /** Any operator with one result. */
  node(operator: string, inputs: readonly Value[], result: ResultSpec, options: NodeOptions = {}): Value {
    const value: Value = { name: this.#fresh(operator), type: result.type ?? 'float32', shape: result.shape };
    this.#push({ operator, inputs: inputs.map(({ name }) => name), outputs: [value.name], ...options });
    return value;
  }

  add(a: Value, b: Value): Value {
    return this.#elementwise('Add', a, b);
  }

  sub(a: Value, b: Value): Value {
    return this.#elementwise('Sub', a, b);
  }

  mul(a: Value, b: Value): Value {
    return this.#elementwise('Mul', a, b);
  }

  div(a: Value, b: Value): Value {
    return this.#elementwise('Div', a, b);
  }

  /** An element-wise function of one value, such as `Exp`. */
  map(operator: string, a: Value, attributes: Readonly<Record<string, Attribute>> = {}): Value {
    return this.node(operator, [a], { shape: a.shape, type: a.type }, { attributes });
  }

  /** Matrix product over the last two axes; leading axes broadcast. */
  matmul(a: Value, b: Value): Value {
    if (dimOf(a.shape, -1) !== dimOf(b.shape, -2)) {
      throw new GraphError('invalid_argument', `Cannot multiply [${a.shape.join()}] by [${b.shape.join()}]`);
    }
    const leading = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
    return this.node('MatMul', [a, b], { shape: [...leading, dimOf(a.shape, -2), dimOf(b.shape, -1)] });
  }

  /** Product of two matrices, either of them transposed first. */
  gemm(a: Value, b: Value, { transposeA = false, transposeB = false } = {}): Value {
    const inner = [dimOf(a.shape, transposeA ? 0 : 1), dimOf(b.shape, transposeB ? 1 : 0)];
    if (a.shape.length !== 2 || b.shape.length !== 2 || inner[0] !== inner[1]) {
      throw new GraphError('invalid_argument', `Cannot multiply [${a.shape.join()}] by [${b.shape.join()}]`);
    }
    const shape = [dimOf(a.shape, transposeA ? 1 : 0), dimOf(b.shape, transposeB ? 0 : 1)];
    return this.node(
      'Gemm',
      [a, b],
      { shape },
      { attributes: { transA: Number(transposeA), transB: Number(transposeB) } },
    );
  }

  transpose(a: Value, permutation: readonly number[]): Value {
    const shape = permutation.map((axis) => dimOf(a.shape, axis));
    return this.node('Transpose', [a], { shape, type: a.type }, { attributes: { perm: permutation } });
  }

  /**
   * The same elements under another shape.
   * @param dims what ONNX's `Reshape` takes: 0 keeps an axis, −1 takes the rest; or a value that holds it
   * @param shape what the result is known to be
   */
  reshape(a: Value, dims: readonly number[] | Value, shape: Shape): Value {
    const target = 'name' in dims ? dims : this.ints(dims);
    return this.node('Reshape', [a, target], { shape, type: a.type });
  }

  /** Elements `start` to `end` (exclusive) of one axis; an axis of symbolic size needs `size`, the result's. */
  slice(a: Value, axis: number, range: { start: number; end: number; size?: Shape[number] }): Value {
    const shape = a.shape.map((dim, index) => (index === axis ? (range.size ?? range.end - range.start) : dim));
    const bounds = [this.ints([range.start]), this.ints([range.end]), this.ints([axis])];
    return this.node('Slice', [a, ...bounds], { shape, type: a.type });
  }

  concat(parts: readonly Value[], axis: number, shape: Shape): Value {
    return this.node('Concat', parts, { shape, type: parts[0]?.type ?? 'float32' }, { attributes: { axis } });
  }

  sum(a: Value, options: ReduceOptions): Value {
    return this.#reduce('ReduceSum', a, options);
  }

  mean(a: Value, options: ReduceOptions): Value {
    return this.#reduce('ReduceMean', a, options);
  }

  /** Rows of `table` [V, D] by the indices of `ids` [...]: [..., D]. */
  gather(table: Value, ids: Value): Value {
    return this.node('Gather', [table, ids], { shape: [...ids.shape, ...table.shape.slice(1)], type: table.type });
  }

  /** The same numbers in another element type. */
  cast(a: Value, type: ElementType): Value {
    return this.node('Cast', [a], { shape: a.shape, type }, { attributes: { to: ELEMENT_TYPE[type] } });
  }

  unsqueeze(a: Value, axes: readonly number[]): Value {
    const rest = [...a.shape];
    const rank = a.shape.length + axes.length;
    const shape = Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : (rest.shift() ?? 1)));
    return this.node('Unsqueeze', [a, this.ints(axes)], { shape, type: a.type });
  }

  /** The run-time size of one axis, as an integer without axes. */
  size(a: Value, axis: number): Value {
    const shape = this.node('Shape', [a], { shape: [a.shape.length], type: 'int64' });
    return this.node('Gather', [shape, this.int(axis)], { shape: [], type: 'int64' });
  }

  /** 0, 1, 2 … below `end`. */
  range(end: Value, dim: Shape[number]): Value {
    return this.node('Range', [this.int(0), end, this.int(1)], { shape: [dim], type: 'int64' });
  }

  #elementwise(operator: string, a: Value, b: Value): Value {
    return this.node(operator, [a, b], { shape: broadcast(a.shape, b.shape), type: a.type });
  }

  #reduce(operator: string, a: Value, { axes, keep = false }: ReduceOptions): Value {
    const reduced = axes.map((axis) => (axis + a.shape.length) % a.shape.length);
    const shape = a.shape.flatMap((dim, axis) => (reduced.includes(axis) ? (keep ? [1] : []) : [dim]));
    return this.node(operator, [a, this.ints(reduced)], { shape }, { attributes: { keepdims: Number(keep) } });
  }

  #constant(key: string, type: ElementType, shape: readonly number[], data: () => ElementArray): Value {
    const known = this.#constants.get(key);
    if (known) return known;
    const value = this.initialiser(this.#fresh('constant'), type, shape, data());
    this.#constants.set(key, value);
    return value;
  }

  #push(spec: NodeSpec): void {
    this.#nodes.push(nodeProto(spec));
  }

  #fresh(prefix: string): string {
    return `${prefix}_${this.#count++}`;
  }
}

function int64(values: readonly number[]): BigInt64Array {
  return BigInt64Array.from(values, (value) => BigInt(value));
}
