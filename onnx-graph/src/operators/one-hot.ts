import type { GraphBuilder } from '../graph/graph-builder';
import type { Value } from '../graph/value';

/** Rows [N, V] that are 1 at each id of `ids` [N] and 0 elsewhere. */
export function oneHot(graph: GraphBuilder, ids: Value, vocabulary: number): Value {
  const shape = [...ids.shape, vocabulary];
  return graph.node(
    'OneHot',
    [ids, graph.int(vocabulary), graph.float([0, 1])],
    { shape },
    { attributes: { axis: -1 } },
  );
}
