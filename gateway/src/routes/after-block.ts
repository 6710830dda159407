import { decode } from '@llmchain/protocol';
import { z } from 'zod';
import type { Route } from '../http/route';
import type { Actor } from '../ports/actor';
import type { Lineage } from '../ports/lineage';

/** The block that the answer has to know of: what one member wrote, the next one then reads. */
const MIN_BLOCK_HEADER = 'x-llmchain-min-block';
const Block = z.coerce
  .number()
  .int()
  .min(0)
  .max(2 ** 31)
  .optional();

/** How long a block is waited for, milliseconds. */
const PATIENCE = 5_000;

/**
 * Lets callers of a reading route name a block, by header or by `?minBlock=`: the answer waits until this member's peer
 * and index have it. `not_yet_indexed` after five seconds.
 */
export function afterBlock(route: Route<Actor>, lineage: Pick<Lineage, 'waitFor'>): Route<Actor> {
  if (route.method !== 'get' || route.roles === 'public') return route;
  return {
    ...route,
    headers: { ...route.headers, [MIN_BLOCK_HEADER]: Block },
    query: (route.query ?? z.strictObject({})).extend({ minBlock: Block }),
    async execute(raw, response, request) {
      const { minBlock, ...query } = raw.query as Record<string, unknown>;
      const fromHeader = decode(Block, raw.headers[MIN_BLOCK_HEADER], `header ${MIN_BLOCK_HEADER}`);
      const { minBlock: fromQuery } = decode(z.strictObject({ minBlock: Block }), { minBlock }, 'query');
      const block = Math.max(fromHeader ?? -1, fromQuery ?? -1);
      if (block >= 0) await lineage.waitFor(block, PATIENCE);
      return route.execute({ ...raw, query }, response, request);
    },
  };
}
