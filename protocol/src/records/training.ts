import { z } from 'zod';
import { Digest, Id, Line, Word } from '../schema/scalars';
import { DatasetRef, Owner, stamps } from './common';

const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** What is to be trained, said before it is: the mathematics (graph digest), the data, the seed, the number of steps. */
export const JobPlan = z.strictObject({
  job: Id,
  purpose: Line,
  datasets: z.array(DatasetRef).min(1).max(16),
  /** Facts of the architecture, such as layers and width. */
  architecture: z.record(Word, z.union([Word, z.number().int(), z.boolean()])),
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
