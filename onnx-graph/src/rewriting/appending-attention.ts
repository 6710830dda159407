import { MASKED } from '../operators/attention';
import { type Attribute, MICROSOFT_DOMAIN, type NodeSpec, nodeProto, tensorProto } from '../proto/onnx';
import type { ProtoWriter } from '../proto/proto-writer';
import type { AttentionNode } from './attention-node';

/** Values that all layers share: they depend on lengths alone. */
interface Shared {
  /** int64 [B, T], where in its row each new token stands. */
  readonly positions: string;
  /** Added to the scores: [B, 1, 1, P] of the past, [group · T, T] of the new tokens. */
  readonly past: string;
  readonly causal: string;
  /** int64 [2], P and T. */
  readonly parts: string;
}

/** Writes attention over a past that is only read, in standard operators where ONNX Runtime's would copy it. */
export class AppendingAttention {
  readonly nodes: ProtoWriter[] = [];
  readonly initialisers: ProtoWriter[] = [];
  readonly #constants = new Map<string, string>();
  readonly #shared = new Map<string, Shared>();
  readonly #headSize: number;
  #count = 0;

  constructor(headSize: number) {
    this.#headSize = headSize;
  }

  /**
   * The nodes that take an attention's place. The past [B, kvHeads, P, size] holds each row's tokens first; scores of past
   * and new tokens are normalised together, and what comes out as present are the new tokens' keys and values alone,
   * [B, kvHeads, T, size].
   */
  replace(node: AttentionNode): void {
    const { heads, kvHeads, outputs } = node;
    const size = this.#headSize;
    const group = heads / kvHeads;
    const shared = this.#sharedBy(node, group);
    const [query, key, value] = this.#projections(node);
    const turn = (x: string, count: number): string =>
      node.rotary
        ? this.#node('RotaryEmbedding', [x, shared.positions, node.cosine, node.sine], { num_heads: count })
        : x;
    const split = (x: string, dims: readonly number[], perm: readonly number[], output?: string): string =>
      this.#node('Transpose', [this.#node('Reshape', [x, this.#ints(dims)])], { perm }, output);
    const rows = split(turn(query, heads), [0, 0, kvHeads, group, size], [0, 2, 3, 1, 4]);
    const q = this.#node('Reshape', [rows, this.#ints([0, kvHeads, -1, size])]);
    const k = split(turn(key, kvHeads), [0, 0, kvHeads, size], [0, 2, 1, 3], outputs.presentKey);
    const v = split(value, [0, 0, kvHeads, size], [0, 2, 1, 3], outputs.presentValue);

    const alpha = { float: node.scale ?? 1 / Math.sqrt(size) };
    const scores = (of: string, bias: string): string =>
      this.#node('Add', [this.#node('FusedMatMul', [q, of], { transB: 1, alpha }), bias]);
    const all = this.#node('Concat', [scores(node.pastKey, shared.past), scores(k, shared.causal)], { axis: 3 });
    const weights = this.#node('Softmax', [all], { axis: -1 });
    const [wPast, wNew] = this.#several('Split', [weights, shared.parts], 2, { axis: -1 }) as [string, string];
    const mixed = this.#node('Add', [this.#node('MatMul', [wPast, node.pastValue]), this.#node('MatMul', [wNew, v])]);
    const apart = split(mixed, [0, 0, group, -1, size], [0, 3, 1, 2, 4]);
    this.#node('Reshape', [apart, this.#ints([0, 0, heads * size])], {}, outputs.mixed);
  }

  /** Queries, keys and values [B, T, heads · size]. */
  #projections({ query, key, value, heads, kvHeads }: AttentionNode): [string, string, string] {
    if (key !== '') return [query, key, value];
    const widths = [heads, kvHeads, kvHeads].map((count) => count * this.#headSize);
    return this.#several('Split', [query, this.#ints(widths)], 3, { axis: -1 }) as [string, string, string];
  }

  #sharedBy({ last, pastKey, query }: AttentionNode, group: number): Shared {
    const known = this.#shared.get(`${last} ${group}`);
    if (known) return known;
    const size = (of: string, axis: number): string =>
      this.#node('Gather', [this.#node('Shape', [of]), this.#int(axis)]);
    const range = (end: string): string => this.#node('Range', [this.#int(0), end, this.#int(1)]);
    const upright = (x: string): string => this.#node('Unsqueeze', [x, this.#ints([1])]);
    const [time, span] = [size(query, 1), size(pastKey, 2)];
    const ends = this.#node('Add', [this.#node('Cast', [last], { to: 7 }), this.#int(1)]);
    const held = upright(this.#node('Sub', [ends, time]));
    const [news, olds] = [range(time), range(span)];
    const bias = (seen: string): string => this.#node('Where', [seen, this.#float(0), this.#float(MASKED)]);
    const causal = bias(this.#node('LessOrEqual', [this.#node('Unsqueeze', [news, this.#ints([0])]), upright(news)]));
    const ends1 = [span, time].map((end) => this.#node('Unsqueeze', [end, this.#ints([0])]));
    const shared = {
      positions: this.#node('Add', [held, news]),
      past: this.#node('Unsqueeze', [bias(this.#node('Less', [olds, held])), this.#ints([1, 2])]),
      causal: this.#node('Tile', [causal, this.#ints([group, 1])]),
      parts: this.#node('Concat', ends1, { axis: 0 }),
    };
    this.#shared.set(`${last} ${group}`, shared);
    return shared;
  }

  #node(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    output = this.#fresh(operator),
  ): string {
    this.#push({ operator, inputs, outputs: [output], attributes });
    return output;
  }

  #several(
    operator: string,
    inputs: readonly string[],
    count: number,
    attributes: Readonly<Record<string, Attribute>>,
  ): string[] {
    const outputs = Array.from({ length: count }, () => this.#fresh(operator));
    this.#push({ operator, inputs, outputs, attributes });
    return outputs;
  }

  #push(spec: NodeSpec): void {
    const own = ['RotaryEmbedding', 'FusedMatMul'].includes(spec.operator);
    this.nodes.push(nodeProto(own ? { ...spec, domain: MICROSOFT_DOMAIN } : spec));
  }

  #ints(values: readonly number[]): string {
    return this.#constant(`ints ${values.join()}`, 'int64', [values.length], BigInt64Array.from(values, BigInt));
  }

  #int(value: number): string {
    return this.#constant(`int ${value}`, 'int64', [], BigInt64Array.of(BigInt(value)));
  }

  #float(value: number): string {
    return this.#constant(`float ${value}`, 'float32', [], Float32Array.of(value));
  }

  #constant(
    key: string,
    type: 'int64' | 'float32',
    shape: readonly number[],
    data: BigInt64Array | Float32Array,
  ): string {
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const name = this.#fresh('constant');
    this.initialisers.push(tensorProto(name, type, shape, new Uint8Array(data.buffer)));
    this.#constants.set(key, name);
    return name;
  }

  #fresh(prefix: string): string {
    return `appending/${prefix}_${this.#count++}`;
  }
}
