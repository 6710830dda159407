import { z } from 'zod';
import { Millis, MspId } from '../schema/scalars';
import { ModelRef, Owner, stamps } from './common';

/** Which members' callers may call a model version. Its owner always may. */
export const AccessPolicy = z.discriminatedUnion('callers', [
  z.strictObject({ callers: z.literal('everyone') }),
  z.strictObject({ callers: z.literal('members'), members: z.array(MspId).min(1).max(100) }),
  z.strictObject({ callers: z.literal('owner') }),
]);
export type AccessPolicy = z.infer<typeof AccessPolicy>;

/** Former policies that a record keeps. */
export const MOST_FORMER = 100;

/** The access policy of a model version that has, or had, one; a version without this record is everyone's to call. */
export const ModelAccess = ModelRef.extend({
  schema: z.literal('model-access/1'),
  policy: AccessPolicy,
  /** What was in force before, oldest first, each until then, milliseconds since the Unix epoch: receipts are judged by their time. */
  former: z.array(z.strictObject({ policy: AccessPolicy, until: Millis })).max(MOST_FORMER),
  /** The version's. */
  owner: Owner,
  ...stamps,
});
export type ModelAccess = z.infer<typeof ModelAccess>;
