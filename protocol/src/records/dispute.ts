import { z } from 'zod';
import { Digest, Id } from '../schema/scalars';
import { Owner, stamps } from './common';

export const DisputeEntry = z.strictObject({
  dispute: Id,
  work: Digest,
  grounds: z.enum(['authorship', 'ownership', 'infringement', 'consent']),
  /** SHA-256 of the evidence, which the claimant keeps and shows to those who decide. */
  evidence: Digest,
});
export type DisputeEntry = z.infer<typeof DisputeEntry>;

/** A claim against a work's registration. While it is open nobody may rely on the work; the members decide it by vote. */
export const Dispute = DisputeEntry.extend({
  schema: z.literal('dispute/1'),
  state: z.enum(['open', 'upheld', 'dismissed', 'dropped']),
  /** The proposal that decided it. */
  proposal: Id.optional(),
  /** The claimant's. */
  owner: Owner,
  ...stamps,
});
export type Dispute = z.infer<typeof Dispute>;
