import { z } from 'zod';
import { Digest, Id, Line, Millis, MspId, Version } from '../schema/scalars';
import { Owner, stamps } from './common';

/** What may be read under a grant: a work's content, or what the items of a dataset version are. */
export const GrantSubject = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('work'), work: Digest }),
  z.strictObject({ kind: z.literal('dataset'), dataset: Id, version: Version }),
]);
export type GrantSubject = z.infer<typeof GrantSubject>;

/** What a member asks for. */
export const GrantEntry = z.strictObject({
  grant: Id,
  subject: GrantSubject,
  /** What for, in words that the owner decides on. */
  purpose: Line,
  /** When it ends, or null for no end; the owner may shorten it. */
  until: Millis.nullable(),
});
export type GrantEntry = z.infer<typeof GrantEntry>;

/** Leave to read, asked of whoever owns the subject and given or not. It is no licence: nothing may be trained on it. */
export const Grant = GrantEntry.extend({
  schema: z.literal('grant/1'),
  /** Who asked, and may read once it is granted. */
  grantee: MspId,
  state: z.enum(['requested', 'granted', 'denied', 'revoked', 'expired']),
  /** The grantee. */
  owner: Owner,
  ...stamps,
});
export type Grant = z.infer<typeof Grant>;
