import { z } from 'zod';
import { Digest, Id, Millis, MspId, Version } from '../schema/scalars';
import { Owner, stamps } from './common';
import { DataNodeRef } from './data-node';
import { DatasetVersion } from './dataset';

/** Most shards of one version. */
export const MOST_SHARDS = 1_000;

const index = z
  .number()
  .int()
  .min(0)
  .max(MOST_SHARDS - 1);

/** A range of whole pages as one file: a tar archive of the items' contents, each named by its digest, in their order. */
export const ShardEntry = z.strictObject({
  /** Of the file. */
  digest: Digest,
  pages: DatasetVersion.shape.pages,
  bytes: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
});
export type ShardEntry = z.infer<typeof ShardEntry>;

/** One shard of a sealed dataset version, and the nodes that are to keep it, the dataset's own first; each of another member. */
export const Shard = ShardEntry.extend({
  schema: z.literal('shard/1'),
  dataset: Id,
  version: Version,
  index,
  /** Its first page; it holds `pages` of them. */
  firstPage: z.number().int().min(0).max(9_999),
  items: z.number().int().min(1),
  /** Where it is placed: whether a member holds it is for that member alone to say, in its {@link Holding}. */
  holders: z.array(DataNodeRef).min(1).max(100),
  owner: Owner,
  ...stamps,
});
export type Shard = z.infer<typeof Shard>;

/** Why a member keeps a copy no longer. */
export const ReleaseReason = z.enum(['erased', 'access_ended', 'moved', 'lost']);
export type ReleaseReason = z.infer<typeof ReleaseReason>;

/** A member's word, signed by its gateway, that it keeps a whole copy of a shard, checked item by item; or that it does no more. */
export const Holding = z.strictObject({
  schema: z.literal('holding/1'),
  dataset: Id,
  version: Version,
  index,
  /** Of the file that is held. */
  digest: Digest,
  member: MspId,
  /** The node of the member's that keeps it. */
  node: DataNodeRef.shape.node,
  state: z.enum(['held', 'released']),
  /** Of what is released. */
  reason: ReleaseReason.optional(),
  /** When it was said, milliseconds since the Unix epoch. */
  since: Millis,
  owner: Owner,
  ...stamps,
});
export type Holding = z.infer<typeof Holding>;
