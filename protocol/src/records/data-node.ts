import { z } from 'zod';
import { Id, MspId } from '../schema/scalars';
import { Owner, stamps } from './common';

/** A node of a member, as placements and holdings name it: ids are the member's own. */
export const DataNodeRef = z.strictObject({ member: MspId, node: Id });
export type DataNodeRef = z.infer<typeof DataNodeRef>;

/** What a member says of a node of its own. */
export const DataNodeEntry = z.strictObject({
  node: Id,
  /** `storage` keeps copies for others to fetch, `training` keeps them beside the machines that train on them. */
  kind: z.enum(['storage', 'training']),
  /** Bytes of shards that may be placed on it. */
  capacity: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
  /** A node that is `draining` gets nothing new; one that is `gone` holds nothing any more. */
  state: z.enum(['active', 'draining', 'gone']),
});
export type DataNodeEntry = z.infer<typeof DataNodeEntry>;

/** A place where a member keeps shards of datasets: one bucket, and the gateway that looks after it. */
export const DataNode = DataNodeEntry.extend({
  schema: z.literal('data-node/1'),
  member: MspId,
  /** Bytes of the shards that are placed on it, of all datasets, whether they have come or not. */
  placed: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  owner: Owner,
  ...stamps,
});
export type DataNode = z.infer<typeof DataNode>;
