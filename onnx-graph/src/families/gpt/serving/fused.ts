import type { GraphBuilder } from '../../../graph/graph-builder';
import { type Value, dimOf, fixedDim } from '../../../graph/value';
import type { RotaryTable } from '../../../operators/rotary';
import { MICROSOFT_DOMAIN } from '../../../proto/onnx';
import type { GptConfig } from '../config';

/** Keys and values of one layer [B, kvHeads, P, headSize]. */
export interface LayerCache {
  readonly key: Value;
  readonly value: Value;
}

/** How long rows are, past and new. */
export interface RowLengths {
  /** int32 [B], the index of each row's last token. */
  readonly last: Value;
  /** int32 [], tokens of the longest row. */
  readonly longest: Value;
}

/** More than any axis has. */
const END = Number.MAX_SAFE_INTEGER;

/** ONNX Runtime's fused operators as a decoder of the Llama layout uses them. Source: its `ContribOperators.md`. */
export class Fused {
  readonly #graph: GraphBuilder;
  readonly #config: GptConfig;

  constructor(graph: GraphBuilder, config: GptConfig) {
    this.#graph = graph;
    this.#config = config;
  }

  /** @param mask int64 [B, S] */
  lengths(mask: Value): RowLengths {
    const graph = this.#graph;
    const tokens = graph.cast(graph.sum(mask, { axes: [1] }), 'int32');
    const one = graph.cast(graph.int(1), 'int32');
    return { last: graph.sub(tokens, one), longest: graph.cast(graph.size(mask, 1), 'int32') };
  }

  /** Root mean square normalisation of x [B, T, D] with a gain for each feature. */
  norm(x: Value, gain: Value): Value {
    const attributes = { axis: -1, epsilon: { float: this.#config.rmsNormEps } };
    return this.#graph.node('SimplifiedLayerNormalization', [x, gain], x, { attributes });
  }

  /** x + y, and that normalised. */
  addAndNorm(x: Value, y: Value, gain: Value): { normal: Value; residual: Value } {
    const [normal, , , residual] = this.#graph.nodes(
      'SkipSimplifiedLayerNormalization',
      [x, y, gain],
      [x, undefined, undefined, x],
      { domain: MICROSOFT_DOMAIN, attributes: { epsilon: { float: this.#config.rmsNormEps } } },
    ) as [Value, undefined, undefined, Value];
    return { normal, residual };
  }

  cacheInputs(layer: number): LayerCache {
    const { kvHeads, headSize } = this.#config;
    const input = (part: string): Value =>
      this.#graph.input(`past_key_values.${layer}.${part}`, 'float32', ['B', kvHeads, 'P', headSize]);
    return { key: input('key'), value: input('value') };
  }

  /** Causal attention over a cache, positions turned in; `packed` [B, T, …] holds queries, keys and values side by side. */
  attention(packed: Value, past: LayerCache, lengths: RowLengths, table: RotaryTable): LayerCache & { mixed: Value } {
    const { heads, kvHeads, headSize } = this.#config;
    const cache = { shape: ['B', kvHeads, 'C', headSize] };
    const [mixed, key, value] = this.#graph.nodes(
      'GroupQueryAttention',
      [packed, undefined, undefined, past.key, past.value, lengths.last, lengths.longest, table.cosine, table.sine],
      [{ shape: ['B', 'T', heads * headSize] }, cache, cache],
      { domain: MICROSOFT_DOMAIN, attributes: { num_heads: heads, kv_num_heads: kvHeads, do_rotary: 1 } },
    ) as [Value, Value, Value];
    return { mixed, key, value };
  }

  /** silu(gate) · up of [gate, up] side by side; Shazeer 2020, arXiv 2002.05202. */
  swiglu(both: Value): Value {
    const half = { shape: [dimOf(both.shape, 0), dimOf(both.shape, 1), fixedDim(both.shape, 2) / 2] };
    const split = { attributes: { axis: -1, num_outputs: 2 } };
    const [gate, up] = this.#graph.nodes('Split', [both], [half, half], split) as [Value, Value];
    const activated = this.#graph.node('QuickGelu', [gate], half, {
      domain: MICROSOFT_DOMAIN,
      attributes: { alpha: { float: 1 } },
    });
    return this.#graph.mul(activated, up);
  }

  /** The last `count` (int64 []) positions of x [B, T, D], all of them where it is 0. */
  last(x: Value, count: Value): Value {
    const graph = this.#graph;
    const start = graph.unsqueeze(graph.map('Neg', count), [0]);
    const shape = [dimOf(x.shape, 0), 'K', dimOf(x.shape, 2)];
    return graph.node('Slice', [x, start, graph.ints([END]), graph.ints([1])], { shape });
  }
}
