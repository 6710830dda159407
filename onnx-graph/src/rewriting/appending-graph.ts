import { protoFields, protoStrings, type ProtoField } from '../proto/proto-reader';
import { ProtoWriter } from '../proto/proto-writer';
import { AppendingAttention } from './appending-attention';
import { attentionNode } from './attention-node';

/** Numbers of the fields that are read of `ModelProto`, `GraphProto` and `OperatorSetIdProto`; source: onnx.proto. */
const MODEL = { graph: 7, operatorSet: 8 } as const;
const GRAPH = { node: 1, initialiser: 5 } as const;
const OPERATOR_SET = { domain: 1, version: 2 } as const;

/** First operator set whose `Split`, `Softmax` and `Unsqueeze` are those that are written. */
const LEAST_OPERATOR_SET = 13;

/**
 * The same decoder with attention that only reads the past and gives the new tokens' keys and values alone. ONNX Runtime's
 * grouped-query attention extends a past in place, but its Node.js binding then copies every output, the whole past of
 * all layers, at each step, so that a step's time grows with the capacity of the buffers.
 *
 * Inputs stay; in the past `past_key_values.i.key` float32 [B, kvHeads, P, headSize] each row's tokens come first, and what
 * follows them is not looked at. `present.i.key` becomes [B, kvHeads, T, headSize], and likewise for values. Several new
 * tokens are taken over any past, for any number of rows.
 * @param model an ONNX file in the layout of Hugging Face Optimum over grouped-query attention
 * @returns the ONNX file, or undefined where the graph has none, or one with features that are not written here
 * @throws {GraphError} `invalid_argument` where the bytes are no ONNX file
 */
export function appendingGraph(model: Uint8Array, { headSize }: { headSize: number }): Uint8Array | undefined {
  const outer = [...protoFields(model)];
  if (outer.some(isOlder)) return undefined;
  const result = new ProtoWriter();
  for (const field of outer) {
    if (field.number !== MODEL.graph) {
      result.copy(field.whole);
      continue;
    }
    const graph = rewritten(field.payload, headSize);
    if (!graph) return undefined;
    result.message(MODEL.graph, graph);
  }
  return result.bytes();
}

function isOlder({ number, payload }: ProtoField): boolean {
  if (number !== MODEL.operatorSet || (protoStrings(payload, OPERATOR_SET.domain)[0] ?? '') !== '') return false;
  const version = [...protoFields(payload)].find((field) => field.number === OPERATOR_SET.version)?.value ?? 0n;
  return version < LEAST_OPERATOR_SET;
}

function rewritten(graph: Uint8Array, headSize: number): ProtoWriter | undefined {
  const attention = new AppendingAttention(headSize);
  const result = new ProtoWriter();
  let written = 0;
  for (const { number, whole, payload } of protoFields(graph)) {
    const node = number === GRAPH.node ? attentionNode(payload) : undefined;
    if (node === null) return undefined;
    if (!node) {
      result.copy(whole);
      continue;
    }
    attention.replace(node);
    for (; written < attention.nodes.length; written++) result.message(GRAPH.node, attention.nodes[written]!);
  }
  if (written === 0) return undefined;
  for (const initialiser of attention.initialisers) result.message(GRAPH.initialiser, initialiser);
  return result;
}
