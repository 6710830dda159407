import { protoFields, protoStrings } from '../proto/proto-reader';

/** Numbers of the fields of `NodeProto` and `AttributeProto`; source: onnx.proto. */
const NODE = { input: 1, output: 2, operator: 4, attribute: 5 } as const;
const ATTRIBUTE = { name: 1, float: 2, int: 3 } as const;

/** A node of ONNX Runtime's `GroupQueryAttention`; source: its `ContribOperators.md`. */
export interface AttentionNode {
  /** Queries, or queries, keys and values side by side where `key` is empty. */
  readonly query: string;
  readonly key: string;
  readonly value: string;
  readonly pastKey: string;
  readonly pastValue: string;
  /** int32 [B], the index of each row's last token. */
  readonly last: string;
  readonly cosine: string;
  readonly sine: string;
  readonly outputs: { readonly mixed: string; readonly presentKey: string; readonly presentValue: string };
  readonly heads: number;
  readonly kvHeads: number;
  readonly rotary: boolean;
  /** What scores are multiplied by, where it is not one over the root of the head size. */
  readonly scale: number | undefined;
}

/** Attributes that change what is computed in ways that are not written here, when they are not zero. */
const BEYOND = ['softcap', 'smooth_softmax', 'rotary_interleaved', 'qk_output', 'k_quant_type', 'v_quant_type'];

/** @returns the node, undefined where it is another operator, and null where it is one that is not rewritten */
export function attentionNode(payload: Uint8Array): AttentionNode | null | undefined {
  if (protoStrings(payload, NODE.operator)[0] !== 'GroupQueryAttention') return undefined;
  const attributes = new Map<string, number>();
  for (const field of protoFields(payload)) {
    if (field.number !== NODE.attribute) continue;
    const name = protoStrings(field.payload, ATTRIBUTE.name)[0] ?? '';
    for (const { number, payload: held, value } of protoFields(field.payload)) {
      if (number === ATTRIBUTE.int) attributes.set(name, Number(value));
      if (number === ATTRIBUTE.float) {
        attributes.set(name, new DataView(held.buffer, held.byteOffset, held.byteLength).getFloat32(0, true));
      }
    }
  }
  const [query = '', key = '', value = '', pastKey = '', pastValue = '', last = '', , cosine = '', sine = '', ...more] =
    protoStrings(payload, NODE.input);
  const [mixed = '', presentKey = '', presentValue = '', ...others] = protoStrings(payload, NODE.output);
  const [heads, kvHeads] = [attributes.get('num_heads') ?? 0, attributes.get('kv_num_heads') ?? 0];
  const rotary = attributes.get('do_rotary') === 1;
  const beyond =
    BEYOND.some((name) => (attributes.get(name) ?? 0) !== 0) ||
    (attributes.get('local_window_size') ?? -1) >= 0 ||
    [...more, ...others].some((name) => name !== '');
  const lacks = [query, pastKey, pastValue, last, mixed, presentKey, presentValue].includes('');
  if (beyond || lacks || heads < 1 || kvHeads < 1 || (rotary && (cosine === '' || sine === ''))) return null;
  return {
    ...{ query, key, value, pastKey, pastValue, last, cosine, sine },
    outputs: { mixed, presentKey, presentValue },
    ...{ heads, kvHeads, rotary, scale: attributes.get('scale') || undefined },
  };
}
