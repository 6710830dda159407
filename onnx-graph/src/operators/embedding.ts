import type { Tape } from '../graph/tape';
import { type Value, fixedDim } from '../graph/value';
import { oneHot } from './one-hot';

/** Up to this vocabulary a product with one-hot rows beats scattering, and is as deterministic. */
const DENSE_VOCABULARY = 1024;

/**
 * Rows of `table` [V, D] for token ids [N].
 * @returns [N, D]
 */
export function embedding(tape: Tape, table: Value, ids: Value): Value {
  const { graph } = tape;
  const vocabulary = fixedDim(table.shape, 0);
  return tape.record([table], graph.gather(table, ids), (dy) => {
    if (vocabulary <= DENSE_VOCABULARY) return [graph.gemm(oneHot(graph, ids, vocabulary), dy, { transposeA: true })];
    const zeros = graph.node('ConstantOfShape', [graph.ints([vocabulary, fixedDim(table.shape, 1)])], table);
    const attributes = { reduction: 'add' };
    return [graph.node('ScatterND', [zeros, graph.unsqueeze(ids, [1]), dy], { shape: table.shape }, { attributes })];
  });
}
