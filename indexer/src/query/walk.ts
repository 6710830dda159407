import { LlmchainError } from '@llmchain/protocol';
import type { TraceEdge } from './answers';

/** Edges of one level, out of the things given. */
export type Step = (frontier: readonly string[]) => Promise<readonly TraceEdge[]>;

/**
 * Breadth-first walk, one step per level.
 * @param next which end of an edge the walk goes on from
 * @throws {LlmchainError} `too_large` when it would reach more than `limit` things
 */
export async function walk(
  root: string,
  next: 'from' | 'to',
  step: Step,
  limit: number,
): Promise<{ reached: Set<string>; edges: TraceEdge[] }> {
  const reached = new Set([root]);
  const edges: TraceEdge[] = [];
  let frontier = [root];
  while (frontier.length > 0) {
    const found = await step(frontier);
    frontier = [];
    for (const edge of found) {
      edges.push(edge);
      if (reached.has(edge[next])) continue;
      if (reached.size === limit) {
        throw tooLarge(limit);
      }
      reached.add(edge[next]);
      frontier.push(edge[next]);
    }
  }
  return { reached, edges };
}

export function tooLarge(limit: number): LlmchainError {
  return new LlmchainError(
    'too_large',
    `More than ${limit} things or links hang together with this one. Ask for one of its parts.`,
    { limit },
  );
}
