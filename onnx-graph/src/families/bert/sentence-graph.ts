import { GraphBuilder } from '../../graph/graph-builder';
import type { BertConfig } from './config';
import { Encoder, type BertParameters } from './encoder';

export interface SentenceGraph {
  readonly graph: Uint8Array;
  /** Content of the file with the weights, in pieces that are made one at a time. */
  readonly externalData: Iterable<Uint8Array>;
}

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
  const hidden = encoder.hidden(ids, mask);
  const weights = graph.unsqueeze(mask, [2]);
  const total = graph.sum(graph.mul(hidden, weights), { axes: [1] });
  const count = graph.node('Max', [graph.sum(weights, { axes: [1] }), graph.float(LEAST_COUNT)], { shape: ['B', 1] });
  const pooled = graph.div(total, count);
  const square = graph.sum(graph.mul(pooled, pooled), { axes: [1], keep: true });
  const length = graph.node('Max', [graph.map('Sqrt', square), graph.float(LEAST_LENGTH)], { shape: ['B', 1] });
  graph.output('sentence_embedding', graph.div(pooled, length));
  return { graph: graph.bytes(), externalData: graph.externalData() };
}
