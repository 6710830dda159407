import { ProtoWriter } from './proto-writer';

/** Element types of tensors, with their numbers in `TensorProto.DataType`. */
export const ELEMENT_TYPE = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9 } as const;
export type ElementType = keyof typeof ELEMENT_TYPE;

/** Bytes of one element. */
export const ELEMENT_BYTES: Readonly<Record<ElementType, number>> = {
  float32: 4,
  uint8: 1,
  int32: 4,
  int64: 8,
  bool: 1,
};

/** One dimension: a fixed size, or the name of a size known only when the graph runs. */
export type Dim = number | string;

/** An attribute of a node: an integer, a float (marked, as numbers do not tell), a word or a list of integers. */
export type Attribute = number | string | readonly number[] | { readonly float: number };

/** Domain of ONNX Runtime's own operators, such as `RotaryEmbedding`. */
export const MICROSOFT_DOMAIN = 'com.microsoft';

/** The operator set the graphs are written for; ONNX 1.15. */
const OPSET = 20;
/** `ModelProto.ir_version` that goes with the operator set. */
const IR_VERSION = 9;

const ATTRIBUTE_FLOAT = 1;
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_STRING = 3;
const ATTRIBUTE_INTS = 7;

export interface NodeSpec {
  readonly operator: string;
  /** Names of values; an empty name is an optional input left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly domain?: string;
}

/** Where a tensor's elements lie in a file beside the graph's. */
export interface ExternalPlace {
  readonly file: string;
  /** Bytes. */
  readonly offset: number;
  readonly length: number;
}

/** `TensorProto.DataLocation.EXTERNAL`. */
const EXTERNAL = 1;

/** `TensorProto` with its elements as little-endian raw data, here or in another file. */
export function tensorProto(
  name: string,
  type: ElementType,
  dims: readonly number[],
  elements: Uint8Array | ExternalPlace,
): ProtoWriter {
  const tensor = new ProtoWriter();
  for (const dim of dims) tensor.int(1, dim);
  tensor.int(2, ELEMENT_TYPE[type]);
  tensor.string(8, name);
  if (elements instanceof Uint8Array) {
    tensor.blob(9, elements);
    return tensor;
  }
  const { file, offset, length } = elements;
  for (const [key, value] of Object.entries({ location: file, offset, length })) {
    const entry = new ProtoWriter();
    entry.string(1, key);
    entry.string(2, String(value));
    tensor.message(13, entry);
  }
  tensor.int(14, EXTERNAL);
  return tensor;
}

/** `NodeProto`; attributes are written in the order of their names. */
export function nodeProto(spec: NodeSpec): ProtoWriter {
  const node = new ProtoWriter();
  for (const input of spec.inputs) node.string(1, input);
  for (const output of spec.outputs) node.string(2, output);
  if (spec.outputs[0] !== undefined) node.string(3, spec.outputs[0]);
  node.string(4, spec.operator);
  const attributes = Object.entries(spec.attributes ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, value] of attributes) node.message(5, attributeProto(name, value));
  if (spec.domain) node.string(7, spec.domain);
  return node;
}

function attributeProto(name: string, value: Attribute): ProtoWriter {
  const attribute = new ProtoWriter();
  attribute.string(1, name);
  if (typeof value === 'number') {
    attribute.int(3, value);
    attribute.int(20, ATTRIBUTE_INT);
  } else if (typeof value === 'string') {
    attribute.string(4, value);
    attribute.int(20, ATTRIBUTE_STRING);
  } else if ('float' in value) {
    attribute.float(2, value.float);
    attribute.int(20, ATTRIBUTE_FLOAT);
  } else {
    for (const item of value) attribute.int(8, item);
    attribute.int(20, ATTRIBUTE_INTS);
  }
  return attribute;
}

/** `ValueInfoProto` of a tensor: a graph's input or output. */
export function valueInfoProto(name: string, type: ElementType, dims: readonly Dim[]): ProtoWriter {
  const shape = new ProtoWriter();
  for (const dim of dims) {
    const dimension = new ProtoWriter();
    if (typeof dim === 'number') dimension.int(1, dim);
    else dimension.string(2, dim);
    shape.message(1, dimension);
  }
  const tensorType = new ProtoWriter();
  tensorType.int(1, ELEMENT_TYPE[type]);
  tensorType.message(2, shape);
  const valueType = new ProtoWriter();
  valueType.message(1, tensorType);
  const info = new ProtoWriter();
  info.string(1, name);
  info.message(2, valueType);
  return info;
}

export interface GraphParts {
  readonly name: string;
  readonly nodes: readonly ProtoWriter[];
  readonly initialisers: readonly ProtoWriter[];
  readonly inputs: readonly ProtoWriter[];
  readonly outputs: readonly ProtoWriter[];
}

/**
 * A whole `ModelProto`. Source: onnx.proto of ONNX 1.15 (field numbers) and its operator sets.
 * @returns the file's bytes; the same parts give the same bytes
 */
export function modelProto(parts: GraphParts): Uint8Array {
  const graph = new ProtoWriter();
  for (const node of parts.nodes) graph.message(1, node);
  graph.string(2, parts.name);
  for (const initialiser of parts.initialisers) graph.message(5, initialiser);
  for (const input of parts.inputs) graph.message(11, input);
  for (const output of parts.outputs) graph.message(12, output);

  const model = new ProtoWriter();
  model.int(1, IR_VERSION);
  model.string(2, 'llmchain');
  model.message(7, graph);
  for (const [domain, version] of [
    ['', OPSET],
    [MICROSOFT_DOMAIN, 1],
  ] as const) {
    const operatorSet = new ProtoWriter();
    operatorSet.string(1, domain);
    operatorSet.int(2, version);
    model.message(8, operatorSet);
  }
  return model.bytes();
}
