import { GraphError } from '../error';
import { ELEMENT_TYPE, nodeProto, tensorProto, valueInfoProto } from '../proto/onnx';
import { protoFields, protoStrings } from '../proto/proto-reader';
import { ProtoWriter } from '../proto/proto-writer';

/** Numbers of the fields that are read of `ModelProto`, `GraphProto`, `ValueInfoProto` and what lies in it; source: onnx.proto. */
const MODEL = { graph: 7 } as const;
const GRAPH = { node: 1, initialiser: 5, input: 11, output: 12 } as const;
const VALUE = { name: 1, type: 2 } as const;
const TYPE = { tensor: 1 } as const;
const TENSOR = { shape: 2 } as const;
const SHAPE = { dim: 1 } as const;
const DIM = { value: 1 } as const;

const TYPES = 'token_type_ids';
const HIDDEN = 'last_hidden_state';
const EMBEDDING = 'sentence_embedding';

/** What lengths and counts are held above, as PyTorch's `normalize` and sentence-transformers do. */
const LEAST = { length: 1e-12, count: 1e-9 } as const;

/** Which hidden states make a text's vector: the mean over its tokens, or the first token's. */
export type Pooling = 'mean' | 'cls';

/** The vectors that are wanted of an encoder. */
export interface EncoderGraph {
  pooling: Pooling;
  /** Whether they are scaled to length 1. */
  normalised: boolean;
  /** Their width, which is that of the hidden states. */
  width: number;
}

/**
 * An encoder as Hugging Face Optimum exports it, with pooling put into its graph: inputs `input_ids`, `attention_mask` and
 * perhaps `token_type_ids` int64 [B, T], output `last_hidden_state` float32 [B, T, D] among others. Where it gives
 * `sentence_embedding` itself, as exports of sentence-transformers do, that is taken. What comes of it has the inputs
 * `input_ids` and `attention_mask`, every token being of the first type, and the one output `sentence_embedding`
 * float32 [B, D]. What is added is in every operator set from 8 on.
 * @returns the ONNX file; the one that was given where it is like this already
 * @throws {GraphError} `not_supported` for other outputs and hidden states of another width; `invalid_argument` where
 * the bytes are no ONNX file
 */
export function encoderGraph(model: Uint8Array, wanted: EncoderGraph): Uint8Array {
  const result = new ProtoWriter();
  let changed = 0;
  let found = 0;
  for (const { number, whole, payload } of protoFields(model)) {
    const graph = number === MODEL.graph ? pooled(payload, wanted) : undefined;
    if (number === MODEL.graph) found += 1;
    if (graph) {
      changed += 1;
      result.message(MODEL.graph, graph);
    } else result.copy(whole);
  }
  if (found !== 1) throw new GraphError('invalid_argument', 'The file has no graph, or several. Fetch it again.');
  return changed === 0 ? model : result.bytes();
}

/** Undefined where nothing has to be changed. */
function pooled(graph: Uint8Array, { pooling, normalised, width }: EncoderGraph): ProtoWriter | undefined {
  const fields = [...protoFields(graph)];
  const sides = (side: number): Map<string, Uint8Array> =>
    new Map(
      fields
        .filter(({ number }) => number === side)
        .map(({ payload }) => [protoStrings(payload, VALUE.name)[0] ?? '', payload]),
    );
  const [inputs, outputs] = [sides(GRAPH.input), sides(GRAPH.output)];
  const given = [EMBEDDING, HIDDEN].find((name) => outputs.has(name));
  if (given === undefined) {
    throw new GraphError('not_supported', `The graph gives no ${HIDDEN}. Export it for feature extraction.`, {
      outputs: [...outputs.keys()].slice(0, 20),
    });
  }
  const actual = lastDim(outputs.get(given)!);
  if (actual !== undefined && actual !== width) {
    throw new GraphError('not_supported', `The graph's ${given} has ${actual} features, and its model ${width}.`, {
      actual,
      width,
    });
  }
  if (given === EMBEDDING && outputs.size === 1 && !inputs.has(TYPES)) return undefined;

  const steps = new Steps();
  // Zeros of the ids' shape: the first type for every token.
  if (inputs.has(TYPES)) steps.node('Sub', ['input_ids', 'input_ids'], TYPES);
  for (const { number, whole, payload } of fields) {
    const dropped =
      number === GRAPH.output || (number === GRAPH.input && protoStrings(payload, VALUE.name)[0] === TYPES);
    if (!dropped) steps.result.copy(whole);
  }
  if (given === HIDDEN) steps.pool({ pooling, normalised, width });
  steps.result.message(GRAPH.output, valueInfoProto(EMBEDDING, 'float32', ['B', width]));
  return steps.result;
}

/** Size of a tensor's last axis, where its description says so. */
function lastDim(value: Uint8Array): number | undefined {
  const inner = (message: Uint8Array | undefined, number: number): Uint8Array[] =>
    message ? [...protoFields(message)].filter((field) => field.number === number).map(({ payload }) => payload) : [];
  const [type] = inner(value, VALUE.type);
  const [tensor] = inner(type, TYPE.tensor);
  const [shape] = inner(tensor, TENSOR.shape);
  const dim = inner(shape, SHAPE.dim).at(-1);
  const size = dim && [...protoFields(dim)].find(({ number }) => number === DIM.value)?.value;
  return size === undefined ? undefined : Number(size);
}

/** Nodes that are added to a graph. */
class Steps {
  readonly result = new ProtoWriter();

  node(operator: string, inputs: string[], output: string, attributes = {}): string {
    this.result.message(GRAPH.node, nodeProto({ operator, inputs, outputs: [output], attributes }));
    return output;
  }

  /** Hidden states [B, T, D] to one row [B, D]. */
  pool({ pooling, normalised, width }: EncoderGraph): void {
    const row = pooling === 'cls' ? this.#first() : this.#mean();
    const scaled = normalised ? this.#scaled(row) : row;
    this.node('Reshape', [scaled, this.#ints('pooling_flat', [0, width])], EMBEDDING);
  }

  /** The first token's: [B, 1, D]. */
  #first(): string {
    return this.node('Gather', [HIDDEN, this.#ints('pooling_first', [0])], 'pooling_row', { axis: 1 });
  }

  /** The mean over those tokens that the mask has: [B, 1, D]. */
  #mean(): string {
    this.node('Cast', ['attention_mask'], 'pooling_mask', { to: ELEMENT_TYPE.float32 });
    const across = this.node('Reshape', ['pooling_mask', this.#ints('pooling_across', [0, 1, -1])], 'pooling_weights');
    const total = this.node('MatMul', [across, HIDDEN], 'pooling_total');
    const count = this.#ownProduct(across, 'pooling_count');
    const least = this.node('Max', [count, this.#float('pooling_least_count', LEAST.count)], 'pooling_divisor');
    return this.node('Div', [total, least], 'pooling_row');
  }

  #scaled(row: string): string {
    const length = this.node('Sqrt', [this.#ownProduct(row, 'pooling_square')], 'pooling_length');
    const least = this.node('Max', [length, this.#float('pooling_least_length', LEAST.length)], 'pooling_scale');
    return this.node('Div', [row, least], 'pooling_scaled');
  }

  /** Rows [B, 1, N] by themselves: [B, 1, 1]. Of a mask of zeros and ones that is the count. */
  #ownProduct(row: string, name: string): string {
    const down = this.node('Reshape', [row, this.#ints(`${name}_down`, [0, -1, 1])], `${name}_column`);
    return this.node('MatMul', [row, down], name);
  }

  #ints(name: string, values: readonly number[]): string {
    const bytes = new Uint8Array(BigInt64Array.from(values, (value) => BigInt(value)).buffer);
    this.result.message(GRAPH.initialiser, tensorProto(name, 'int64', [values.length], bytes));
    return name;
  }

  #float(name: string, value: number): string {
    const bytes = new Uint8Array(Float32Array.of(value).buffer);
    this.result.message(GRAPH.initialiser, tensorProto(name, 'float32', [], bytes));
    return name;
  }
}
