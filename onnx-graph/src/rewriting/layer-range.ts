import { valueInfoProto } from '../proto/onnx';
import { protoFields, protoStrings } from '../proto/proto-reader';
import { ProtoWriter } from '../proto/proto-writer';

/** Numbers of the fields that are read of `ModelProto`, `GraphProto`, `NodeProto`, `TensorProto`, `ValueInfoProto`; source: onnx.proto. */
const MODEL_GRAPH = 7;
const GRAPH = { node: 1, name: 2, initialiser: 5, input: 11, output: 12 } as const;
const NODE = { input: 1, output: 2, operator: 4 } as const;
const TENSOR_NAME = 8;
const VALUE_NAME = 1;

const IDS = 'input_ids';
const PRESENT = 'present.';
/** What these give depends on sizes alone, so that it needs not come from the range before. */
const SIZES = new Set(['Shape', 'Size']);
/** Graphs inside a node read values that its inputs do not name. */
const NESTED = new Set(['If', 'Loop', 'Scan']);

/** Layers of a decoder from the first to the last, both included. */
export interface LayerRange {
  readonly first: number;
  readonly last: number;
}

/** A part of a decoder that computes a range of its layers. */
export interface RangeGraph {
  /** Hidden states [B, T, features] that it takes from the range before; none where it takes token ids. */
  readonly takes: readonly string[];
  /** Hidden states [B, T, features] that the range behind takes; none where it gives logits. */
  readonly gives: readonly string[];
  /** Names of everything else that it gives. */
  readonly outputs: readonly string[];
  /** The ONNX file; external data stay where they are, and a runtime reads the range's own alone. */
  graph(): Uint8Array;
}

interface Node {
  readonly whole: Uint8Array;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly operator: string;
}

/**
 * A decoder's layers `first` to `last` as a graph of their own: with the embedding where it begins with the first layer,
 * with last norm and head where it ends with the last. Nodes stay as they are, so that ranges one after the other
 * compute what the whole does; each keeps the names of its own layers' `past_key_values.i` and `present.i`.
 *
 * Between two ranges go the outputs of the one node that all later layers depend on: the residual stream, and its norm where
 * one operator gives both.
 * @param model an ONNX file in the layout of Hugging Face Optimum over grouped-query attention
 * @returns undefined where no such node stands between the layers, or they share what is computed of the tokens before
 * @throws {GraphError} `invalid_argument` where the bytes are no ONNX file
 */
export function layerRange(model: Uint8Array, { first, last }: LayerRange): RangeGraph | undefined {
  const outer = [...protoFields(model)];
  const source = outer.find(({ number }) => number === MODEL_GRAPH);
  if (!source) return undefined;
  const whole = new Whole(source.payload);
  const isLast = !whole.outputs.has(`present.${last + 1}.key`);
  const takes = first === 0 ? [] : whole.before(first);
  const gives = isLast ? [] : whole.before(last + 1);
  if (!takes || !gives || !whole.outputs.has(`present.${last}.key`)) return undefined;
  const own = Array.from({ length: last - first + 1 }, (_, at) => first + at);
  const present = own.flatMap((layer) => [`present.${layer}.key`, `present.${layer}.value`]);
  const others = isLast ? [...whole.outputs.keys()].filter((name) => !name.startsWith(PRESENT)) : [];
  const outputs = [...others, ...present];
  const part = whole.part([...outputs, ...gives], new Set(takes));
  if (first > 0 && part.inputs.some((name) => name === IDS)) return undefined;
  return {
    ...{ takes, gives, outputs },
    graph: () => {
      const result = new ProtoWriter();
      for (const field of outer) {
        if (field.number === MODEL_GRAPH) result.message(MODEL_GRAPH, whole.write(part, { takes, gives, outputs }));
        else result.copy(field.whole);
      }
      return result.bytes();
    },
  };
}

/** Nodes, inputs and initialisers that some outputs need. */
interface Part {
  readonly nodes: ReadonlySet<Node>;
  readonly inputs: readonly string[];
  readonly initialisers: readonly string[];
}

/** A graph that is taken apart. */
class Whole {
  readonly outputs = new Map<string, Uint8Array>();
  readonly #inputs = new Map<string, Uint8Array>();
  readonly #initialisers = new Map<string, Uint8Array>();
  readonly #nodes: Node[] = [];
  readonly #names: Uint8Array[] = [];
  /** Places of the nodes that give and that last read a value. */
  readonly #producer = new Map<string, number>();
  readonly #reader = new Map<string, number>();
  /** Values that depend on the token ids' content. */
  readonly #carried = new Set<string>([IDS]);

  constructor(graph: Uint8Array) {
    for (const { number, whole, payload } of protoFields(graph)) {
      if (number === GRAPH.node) this.#node(whole, payload);
      if (number === GRAPH.name) this.#names.push(whole);
      if (number === GRAPH.initialiser) this.#initialisers.set(protoStrings(payload, TENSOR_NAME)[0] ?? '', whole);
      if (number === GRAPH.input) this.#inputs.set(protoStrings(payload, VALUE_NAME)[0] ?? '', whole);
      if (number === GRAPH.output) this.outputs.set(protoStrings(payload, VALUE_NAME)[0] ?? '', whole);
    }
    for (const name of this.outputs.keys()) {
      if (!name.startsWith(PRESENT)) this.#reader.set(name, this.#nodes.length);
    }
  }

  /** Values that go from the layers before `layer` to it and those behind it, all of one node. */
  before(layer: number): string[] | undefined {
    const reads = (of: number): number[] =>
      this.#nodes.flatMap(({ inputs }, at) =>
        inputs.some((name) => name.startsWith(`past_key_values.${of}.`)) ? [at] : [],
      );
    const [end = -1, start = -1] = [reads(layer)[0], reads(layer - 1).at(-1)];
    if (this.#nodes.some(({ operator }) => NESTED.has(operator))) return undefined;
    for (let at = end - 1; at > start; at--) {
      const node = this.#nodes[at]!;
      if (!node.outputs.some((name) => this.#carried.has(name))) continue;
      const alive = [...this.#carried].filter(
        (name) => (this.#producer.get(name) ?? -1) <= at && (this.#reader.get(name) ?? -1) > at && name !== IDS,
      );
      if (alive.length > 0 && alive.every((name) => node.outputs.includes(name))) return alive;
    }
    return undefined;
  }

  /** What is needed for some values where others are given. */
  part(wanted: readonly string[], given: ReadonlySet<string>): Part {
    const [nodes, inputs, initialisers] = [new Set<Node>(), new Set<string>(), new Set<string>()];
    const left = [...wanted];
    for (let name = left.pop(); name !== undefined; name = left.pop()) {
      if (name === '' || given.has(name)) continue;
      const producer = this.#producer.get(name);
      if (producer !== undefined) {
        const node = this.#nodes[producer]!;
        if (!nodes.has(node)) left.push(...node.inputs);
        nodes.add(node);
      } else if (this.#initialisers.has(name)) initialisers.add(name);
      else inputs.add(name);
    }
    return { nodes, inputs: [...inputs], initialisers: [...initialisers] };
  }

  /** The part as a graph, everything in the order that it has in the whole. */
  write(part: Part, { takes, gives, outputs }: Pick<RangeGraph, 'takes' | 'gives' | 'outputs'>): ProtoWriter {
    const result = new ProtoWriter();
    const states = (name: string): ProtoWriter => valueInfoProto(name, 'float32', ['B', 'T', 'D']);
    for (const node of this.#nodes) if (part.nodes.has(node)) result.copy(node.whole);
    for (const name of this.#names) result.copy(name);
    const initialisers = new Set(part.initialisers);
    for (const [name, whole] of this.#initialisers) if (initialisers.has(name)) result.copy(whole);
    for (const name of takes) result.message(GRAPH.input, states(name));
    const inputs = new Set(part.inputs);
    for (const [name, whole] of this.#inputs) if (inputs.has(name)) result.copy(whole);
    for (const name of outputs) result.copy(this.outputs.get(name)!);
    for (const name of gives) result.message(GRAPH.output, states(name));
    return result;
  }

  #node(whole: Uint8Array, payload: Uint8Array): void {
    const [inputs, outputs] = [protoStrings(payload, NODE.input), protoStrings(payload, NODE.output)];
    const [operator = ''] = protoStrings(payload, NODE.operator);
    const at = this.#nodes.length;
    const carries = !SIZES.has(operator) && inputs.some((name) => this.#carried.has(name));
    // What keys and values are given out by reads them for no later layer.
    const givesOut = outputs.every((name) => name.startsWith(PRESENT));
    if (!givesOut) for (const name of inputs) this.#reader.set(name, at);
    for (const name of outputs.filter((each) => each !== '')) {
      this.#producer.set(name, at);
      if (carries) this.#carried.add(name);
    }
    this.#nodes.push({ whole, inputs, outputs, operator });
  }
}
