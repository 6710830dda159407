import { z } from 'zod';
import { Millis, MspId } from '../schema/scalars';
import { Owner, stamps } from './common';
import { BatchRef, Finding } from './inference';

/** What a member says of a rival's batch that its own verifier rejects. */
export const BatchRefusalEntry = BatchRef.extend({ reason: Finding.shape.reason, receipt: Finding.shape.receipt });
export type BatchRefusalEntry = z.infer<typeof BatchRefusalEntry>;

/**
 * That a member's verifier rejects a batch: said by that member, once, and not taken back. It is not called upon any more
 * to accept it, and whoever is has to have re-executed the receipt that it names.
 */
export const BatchRefusal = BatchRefusalEntry.extend({
  schema: z.literal('batch-refusal/1'),
  batch: z.string(),
  /** Whose verifier it is. */
  member: MspId,
  /** What had become of the batch by then. */
  state: z.enum(['anchored', 'accepted']),
  refused: Millis,
  owner: Owner,
  ...stamps,
});
export type BatchRefusal = z.infer<typeof BatchRefusal>;

/** That a member was called upon to verify a batch, had no verdict when its time was over, and was passed over for the next. */
export const BatchSilence = BatchRef.extend({
  schema: z.literal('batch-silence/1'),
  batch: z.string(),
  /** Who was silent. */
  member: MspId,
  passed: Millis,
  /** Of whoever asked for it. */
  owner: Owner,
  ...stamps,
});
export type BatchSilence = z.infer<typeof BatchSilence>;
