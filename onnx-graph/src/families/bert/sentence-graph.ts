import { GraphBuilder } from '../../graph/graph-builder';
import { dimOf, type Value } from '../../graph/value';
import type { BertConfig } from './config';

/** A model's parameters by their Hugging Face names, in single precision, rows as there. */
export type BertParameters = (name: string) => Float32Array;

export interface SentenceGraph {
  readonly graph: Uint8Array;
  /** Content of the file with the weights, in pieces that are made one at a time. */
  readonly externalData: Iterable<Uint8Array>;
}

/** What a masked position's score is lowered by: no exponential of it is left in single precision. */
const MASKED = -1e9;
/** What lengths are held above, as PyTorch's `normalize` does. */
const LEAST_LENGTH = 1e-12;
/** What counts are held above, as sentence-transformers does. */
const LEAST_COUNT = 1e-9;

/**
 * A BERT encoder (Devlin et al. 2019, arXiv 1810.04805) whose last hidden states are averaged over a text's tokens and
 * scaled to length 1, as sentence-transformers does (Reimers & Gurevych 2019, arXiv 1908.10084).
 *
 * Inputs: `input_ids` and `attention_mask` int64 [B, T], a row's ones and then, where it is shorter, zeros. Output:
 * `sentence_embedding` float32 [B, D].
 * @param externalData name of a file beside the graph's that takes the weights
 */
export function sentenceGraph(config: BertConfig, parameters: BertParameters, externalData: string): SentenceGraph {
  const graph = new GraphBuilder('encoder', { externalData });
  const encoder = new Encoder(graph, config, parameters);
  const ids = graph.input('input_ids', 'int64', ['B', 'T']);
  const mask = graph.cast(graph.input('attention_mask', 'int64', ['B', 'T']), 'float32');

  // 0 where a token is, and far below where none is: [B, 1, 1, T].
  const absent = graph.sub(graph.float(1), graph.unsqueeze(mask, [1, 2]));
  const bias = graph.mul(absent, graph.float(MASKED));
  let hidden = encoder.embed(ids);
  for (let layer = 0; layer < config.layers; layer++) hidden = encoder.layer(hidden, bias, layer);

  const weights = graph.unsqueeze(mask, [2]);
  const total = graph.sum(graph.mul(hidden, weights), { axes: [1] });
  const count = graph.node('Max', [graph.sum(weights, { axes: [1] }), graph.float(LEAST_COUNT)], { shape: ['B', 1] });
  const pooled = graph.div(total, count);
  const square = graph.sum(graph.mul(pooled, pooled), { axes: [1], keep: true });
  const length = graph.node('Max', [graph.map('Sqrt', square), graph.float(LEAST_LENGTH)], { shape: ['B', 1] });
  graph.output('sentence_embedding', graph.div(pooled, length));
  return { graph: graph.bytes(), externalData: graph.externalData() };
}

/** The layers of one encoder over a graph. */
class Encoder {
  readonly #graph: GraphBuilder;
  readonly #config: BertConfig;
  readonly #parameters: BertParameters;

  constructor(graph: GraphBuilder, config: BertConfig, parameters: BertParameters) {
    this.#graph = graph;
    this.#config = config;
    this.#parameters = parameters;
  }

  /** Sum of the tokens', the positions' and the first token type's embeddings, normalised: [B, T, D]. */
  embed(ids: Value): Value {
    const graph = this.#graph;
    const { vocabSize, hiddenSize, positions, tokenTypes } = this.#config;
    const table = (name: string, rows: number): Value => this.#weight(`embeddings.${name}.weight`, [rows, hiddenSize]);
    const places = graph.range(graph.size(ids, 1), dimOf(ids.shape, 1));
    const types = graph.gather(table('token_type_embeddings', tokenTypes), graph.ints([0]));
    const words = graph.add(graph.gather(table('word_embeddings', vocabSize), ids), types);
    const placed = graph.add(words, graph.gather(table('position_embeddings', positions), places));
    return this.#norm(placed, 'embeddings.LayerNorm');
  }

  /** Attention, then two linear maps with GELU between, each added to what came in and normalised. */
  layer(hidden: Value, bias: Value, index: number): Value {
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
