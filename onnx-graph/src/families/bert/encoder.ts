import type { GraphBuilder } from '../../graph/graph-builder';
import { dimOf, type Value } from '../../graph/value';
import type { BertConfig } from './config';

/** A model's parameters by their Hugging Face names, in single precision, rows as there. */
export type BertParameters = (name: string) => Float32Array;

/** What a masked position's score is lowered by: no exponential of it is left in single precision. */
const MASKED = -1e9;

/** The layers of a BERT encoder (Devlin et al. 2019, arXiv 1810.04805) over a graph. */
export class Encoder {
  readonly #graph: GraphBuilder;
  readonly #config: BertConfig;
  readonly #parameters: BertParameters;

  constructor(graph: GraphBuilder, config: BertConfig, parameters: BertParameters) {
    this.#graph = graph;
    this.#config = config;
    this.#parameters = parameters;
  }

  /**
   * Last hidden states, float32 [B, T, D].
   * @param ids int64 [B, T]
   * @param mask float32 [B, T]: 1 where a token is, 0 where a row is filled up
   * @param types int64 [B, T], the first type everywhere unless given
   */
  hidden(ids: Value, mask: Value, types?: Value): Value {
    const graph = this.#graph;
    // 0 where a token is, and far below where none is: [B, 1, 1, T].
    const absent = graph.sub(graph.float(1), graph.unsqueeze(mask, [1, 2]));
    const bias = graph.mul(absent, graph.float(MASKED));
    let hidden = this.#embed(ids, types);
    for (let layer = 0; layer < this.#config.layers; layer++) hidden = this.#layer(hidden, bias, layer);
    return hidden;
  }

  /** Sum of the tokens', the positions' and the types' embeddings, normalised: [B, T, D]. */
  #embed(ids: Value, types: Value | undefined): Value {
    const graph = this.#graph;
    const { vocabSize, hiddenSize, positions, tokenTypes } = this.#config;
    const table = (name: string, rows: number): Value => this.#weight(`embeddings.${name}.weight`, [rows, hiddenSize]);
    const places = graph.range(graph.size(ids, 1), dimOf(ids.shape, 1));
    const typed = graph.gather(table('token_type_embeddings', tokenTypes), types ?? graph.ints([0]));
    const words = graph.add(graph.gather(table('word_embeddings', vocabSize), ids), typed);
    const placed = graph.add(words, graph.gather(table('position_embeddings', positions), places));
    return this.#norm(placed, 'embeddings.LayerNorm');
  }

  /** Attention, then two linear maps with GELU between, each added to what came in and normalised. */
  #layer(hidden: Value, bias: Value, index: number): Value {
    const graph = this.#graph;
    const { hiddenSize, intermediateSize } = this.#config;
    const name = (part: string): string => `encoder.layer.${index}.${part}`;
    const mixed = this.#attention(hidden, bias, name);
    const attended = this.#linear(mixed, name('attention.output.dense'), hiddenSize, hiddenSize);
    const first = this.#norm(graph.add(attended, hidden), name('attention.output.LayerNorm'));
    const wide = graph.map('Gelu', this.#linear(first, name('intermediate.dense'), hiddenSize, intermediateSize));
    const narrow = this.#linear(wide, name('output.dense'), intermediateSize, hiddenSize);
    return this.#norm(graph.add(narrow, first), name('output.LayerNorm'));
  }

  /** Scaled dot-product attention over all heads: [B, T, D]. */
  #attention(hidden: Value, bias: Value, name: (part: string) => string): Value {
    const graph = this.#graph;
    const { hiddenSize, heads } = this.#config;
    const headSize = hiddenSize / heads;
    const [batch, length] = [dimOf(hidden.shape, 0), dimOf(hidden.shape, 1)];
    const split = (part: string): Value => {
      const projected = this.#linear(hidden, name(`attention.self.${part}`), hiddenSize, hiddenSize);
      return graph.reshape(projected, [0, 0, heads, headSize], [batch, length, heads, headSize]);
    };
    const query = graph.transpose(split('query'), [0, 2, 1, 3]);
    const key = graph.transpose(split('key'), [0, 2, 3, 1]);
    const value = graph.transpose(split('value'), [0, 2, 1, 3]);
    const scores = graph.div(graph.matmul(query, key), graph.float(Math.sqrt(headSize)));
    const masked = graph.node('Add', [scores, bias], { shape: scores.shape });
    const mixed = graph.matmul(graph.map('Softmax', masked, { axis: -1 }), value);
    return graph.reshape(graph.transpose(mixed, [0, 2, 1, 3]), [0, 0, hiddenSize], hidden.shape);
  }

  #linear(x: Value, name: string, inputs: number, outputs: number): Value {
    const graph = this.#graph;
    // Stored the other way round: the product then runs over rows that lie in memory as they are multiplied.
    const weight = graph.initialiser(`${name}.weight`, 'float32', [inputs, outputs], {
      elements: () => transposed(this.#parameters(`${name}.weight`), outputs, inputs),
    });
    return graph.add(graph.matmul(x, weight), this.#weight(`${name}.bias`, [outputs]));
  }

  #norm(x: Value, name: string): Value {
    const { hiddenSize, layerNormEps } = this.#config;
    const gain = this.#weight(`${name}.weight`, [hiddenSize]);
    const shift = this.#weight(`${name}.bias`, [hiddenSize]);
    const attributes = { axis: -1, epsilon: { float: layerNormEps } };
    return this.#graph.node('LayerNormalization', [x, gain, shift], { shape: x.shape }, { attributes });
  }

  #weight(name: string, shape: readonly number[]): Value {
    return this.#graph.initialiser(name, 'float32', shape, { elements: () => this.#parameters(name) });
  }
}

function transposed(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(matrix.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) result[column * rows + row] = matrix[row * columns + column]!;
  }
  return result;
}
