import { z } from 'zod';
import { Id, Line, Millis } from '../schema/scalars';
import { Owner, stamps } from './common';

/** For how long a worker's orders count for nothing; without an end it is suspended still. */
export const SuspendedPeriod = z.strictObject({
  from: Millis,
  until: Millis.optional(),
  reason: Line,
  /** By which vote, and by which it was reinstated. */
  proposal: Id,
  reinstated: Id.optional(),
});
export type SuspendedPeriod = z.infer<typeof SuspendedPeriod>;

/** When the members have suspended a worker: gateways order nothing of it, and what it answers to such orders is not paid. */
export const Suspension = z.strictObject({
  schema: z.literal('suspension/1'),
  worker: Id,
  /** One after the other, none within another; only the last may be open. */
  periods: z.array(SuspendedPeriod).min(1).max(100),
  /** Whose worker it is. */
  owner: Owner,
  ...stamps,
});
export type Suspension = z.infer<typeof Suspension>;
