import type { Tape } from '../graph/tape';
import { type Shape, type Value, dimOf, fixedDim } from '../graph/value';

/** Added to the scores of pairs that may not see each other: their weight becomes exactly zero. */
export const MASKED = -1e9;

/**
 * Scaled dot-product attention with grouped queries: each key and value head serves `heads / kvHeads` query heads, whose
 * rows are stacked rather than the keys repeated. Sources: Vaswani et al. 2017, arXiv 1706.03762; Ainslie et al. 2023,
 * arXiv 2305.13245; the row term of the gradient as in Dao et al. 2022, arXiv 2205.14135 §B.2.
 * @param query [B, heads, T, size]
 * @param key [B, kvHeads, S, size]
 * @param value [B, kvHeads, S, size]
 * @param bias added to the scores, broadcast to [B, heads, T, S]
 * @returns [B, heads, T, size]
 */
export function attention(tape: Tape, query: Value, key: Value, value: Value, bias: Value): Value {
  const { graph } = tape;
  const [batch, time, span] = [dimOf(query.shape, 0), dimOf(query.shape, 2), dimOf(key.shape, 2)];
  const [heads, kvHeads, size] = [fixedDim(query.shape, 1), fixedDim(key.shape, 1), fixedDim(query.shape, 3)];
  const stacked = heads === kvHeads ? time : `${heads / kvHeads}*${time}`;
  const view = (x: Value, count: number, rows: Shape[number], width: Shape[number]): Value =>
    heads === kvHeads
      ? x
      : graph.reshape(x, [0, count, -1, typeof width === 'number' ? width : 0], [batch, count, rows, width]);
  const group = (x: Value): Value => view(x, kvHeads, stacked, dimOf(x.shape, 3));
  const ungroup = (x: Value): Value => view(x, heads, time, dimOf(x.shape, 3));
  const flip = (x: Value): Value => graph.transpose(x, [0, 1, 3, 2]);

  const scale = graph.float(1 / Math.sqrt(size));
  const q = group(graph.mul(query, scale));
  const scores = graph.add(ungroup(graph.matmul(q, flip(key))), bias);
  const weights = group(
    graph.node('Softmax', [scores], { shape: [batch, heads, time, span] }, { attributes: { axis: -1 } }),
  );
  const mixed = graph.matmul(weights, value);

  return tape.record([query, key, value], ungroup(mixed), (dOut) => {
    const dMixed = group(dOut);
    const dWeights = graph.matmul(dMixed, flip(value));
    const rowTerm = graph.sum(graph.mul(dMixed, mixed), { axes: [-1], keep: true });
    const dScores = graph.mul(weights, graph.sub(dWeights, rowTerm));
    return [
      graph.mul(ungroup(graph.matmul(dScores, key)), scale),
      // Turned round, so that what is transposed are the narrow matrices and not the [T, S] ones.
      flip(graph.matmul(flip(q), dScores)),
      flip(graph.matmul(flip(dMixed), weights)),
    ];
  });
}
