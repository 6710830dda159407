import { GraphError } from '../error';
import { ELEMENT_TYPE, nodeProto, tensorProto, valueInfoProto } from '../proto/onnx';
import { protoFields } from '../proto/proto-reader';
import { ProtoWriter } from '../proto/proto-writer';

/** Numbers of the fields that are written of `ModelProto` and `GraphProto`; source: onnx.proto. */
const MODEL = { graph: 7 } as const;
const GRAPH = { node: 1, initialiser: 5, input: 11, output: 12 } as const;

/** The classifier that is given, and what of it is wanted. */
export interface ImageClassifier {
  /** Name of its one input, float32 [N, height, width, 3]. */
  input: string;
  height: number;
  width: number;
  /** What it wants subtracted of blue, green and red, in this order. */
  means: readonly [number, number, number];
  /** Name of its output, probabilities [N, classes]. */
  output: string;
  /** The class whose probability is given. */
  column: number;
}

/**
 * A classifier of images that takes blue, green and red less their means, as Caffe's do, with these steps put into its
 * graph. Input: `image` uint8 [N, H, W, 3], red, green and blue. Output: `scores` float32 [N, 1]. What is added is in every
 * operator set.
 * @throws {GraphError} `invalid_argument` where the bytes are no ONNX file
 */
export function imageGraph(model: Uint8Array, classifier: ImageClassifier): Uint8Array {
  const result = new ProtoWriter();
  let found = 0;
  for (const { number, whole, payload } of protoFields(model)) {
    if (number !== MODEL.graph) {
      result.copy(whole);
      continue;
    }
    found += 1;
    result.message(MODEL.graph, wrapped(payload, classifier));
  }
  if (found !== 1) throw new GraphError('invalid_argument', 'The file has no graph, or several. Fetch it again.');
  return result.bytes();
}

function wrapped(graph: Uint8Array, { input, height, width, means, output, column }: ImageClassifier): ProtoWriter {
  const result = new ProtoWriter();
  const node = (operator: string, inputs: string[], name: string, attributes = {}): void =>
    result.message(GRAPH.node, nodeProto({ operator, inputs, outputs: [name], attributes }));
  const whole = (name: string, values: number[]): void =>
    result.message(GRAPH.initialiser, tensorProto(name, 'int64', [values.length], int64(values)));
  whole('image_bgr', [2, 1, 0]);
  whole('image_class', [column]);
  const subtracted = new Uint8Array(Float32Array.from(means).buffer);
  result.message(GRAPH.initialiser, tensorProto('image_means', 'float32', [3], subtracted));
  node('Cast', ['image'], 'image_floats', { to: ELEMENT_TYPE.float32 });
  node('Gather', ['image_floats', 'image_bgr'], 'image_turned', { axis: 3 });
  node('Sub', ['image_turned', 'image_means'], input);
  for (const { number, whole: field } of protoFields(graph))
    if (number !== GRAPH.input && number !== GRAPH.output) result.copy(field);
  node('Gather', [output, 'image_class'], 'scores', { axis: 1 });
  result.message(GRAPH.input, valueInfoProto('image', 'uint8', ['N', height, width, 3]));
  result.message(GRAPH.output, valueInfoProto('scores', 'float32', ['N', 1]));
  return result;
}

function int64(values: readonly number[]): Uint8Array {
  return new Uint8Array(BigInt64Array.from(values, (value) => BigInt(value)).buffer);
}
