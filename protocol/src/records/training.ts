import { z } from 'zod';
import { Digest, Id, Line } from '../schema/scalars';
import { DatasetRef, Owner, stamps } from './common';

/** A short word of ASCII letters, digits and simple punctuation. */
const word = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9 ._:/-]{0,63}$/, 'must be a short word');
const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** What is to be trained, said before it is: the mathematics (graph digest), the data, the seed, the number of steps. */
export const JobPlan = z.strictObject({
  job: Id,
  purpose: Line,
  datasets: z.array(DatasetRef).min(1).max(16),
  /** Facts of the architecture, such as layers and width. */
  architecture: z.record(word, z.union([word, z.number().int(), z.boolean()])),
  graph: Digest,
  tokenizer: Digest,
  initialParameters: Digest,
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 32 - 1),
  steps: count.min(1),
});
export type JobPlan = z.infer<typeof JobPlan>;

/** What came of it. Losses are in thousandths of a nat per token. */
export const JobResult = z.strictObject({
  parameters: Digest,
  steps: count.min(1),
  tokens: count.min(1),
  initialLoss: count,
  finalLoss: count,
  heldOutLoss: count,
});
export type JobResult = z.infer<typeof JobResult>;

export const TrainingJob = JobPlan.extend({
  schema: z.literal('training-job/1'),
  state: z.enum(['open', 'completed']),
  result: JobResult.optional(),
  owner: Owner,
  ...stamps,
});
export type TrainingJob = z.infer<typeof TrainingJob>;
