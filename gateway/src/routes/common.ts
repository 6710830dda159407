import { BatchEntry, MOST_SHARDS, OperationId } from '@llmchain/protocol';
import { z } from 'zod';
import { routesFor } from '../http/route';
import type { Actor } from '../ports/actor';

/** Makes routes for holders of API keys. */
export const api = routesFor<Actor>();

/** Where a change was committed; part of every answer to one. */
export const place = { transaction: z.string(), block: z.number().int() };

/** A version number in a path. */
export const VersionInPath = z.coerce.number().int().min(1).max(1_000_000);

/** A batch's number in a path. */
export const SequenceInPath = z.coerce
  .number()
  .int()
  .min(1)
  .max(BatchEntry.shape.sequence.maxValue ?? 1);

/** A page of a dataset version in a path, from 0. */
export const PageInPath = z.coerce.number().int().min(0).max(9_999);

/** A shard of a dataset version in a path, from 0. */
export const ShardInPath = z.coerce
  .number()
  .int()
  .min(0)
  .max(MOST_SHARDS - 1);

/** Makes a call safe to repeat: the same id with the same body changes nothing. */
export const operation = { operationId: OperationId.optional() };

/** A body that may be left out. */
export const OperationOnly = z.strictObject(operation).optional();

/** Who may decide over works: the artists over their own, and administrators over what the member itself holds. */
export const HOLDERS = ['artist', 'admin'] as const;

/** Pages of a list: how many records at most, and where the page before ended. */
export const paging = {
  limit: z.coerce.number().int().min(1).max(500).default(100),
  after: z.string().min(1).max(3_000).optional(),
};

/** A page of a list; go on while `after` is given. */
export function pageOf<S extends z.ZodType>(item: S) {
  return z.strictObject({ data: z.array(item), after: z.string().optional() });
}
