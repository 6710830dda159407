import { z } from 'zod';
import { Id, Micro, Millis, Version } from '../schema/scalars';
import { Owner, stamps } from './common';
import { Account } from './credits';
import { RoyaltyTableRef } from './model';

/**
 * Money set aside for those whose works a dataset version holds: each has a part by the tokens they contributed, which they
 * claim themselves; what nobody has claimed goes back to the payer after the deadline.
 */
export const Reward = z.strictObject({
  schema: z.literal('reward/1'),
  reward: Id,
  dataset: Id,
  version: Version,
  payer: Account,
  amount: Micro.min(1),
  /** From when on the payer may take back what is left, milliseconds since the Unix epoch. */
  until: Millis,
  /** Who has which part: worked out by the chaincode from the version's pages, and frozen. */
  table: RoyaltyTableRef,
  state: z.enum(['open', 'closed']),
  /** What went back to the payer, once it is closed. */
  returned: Micro.optional(),
  /** The payer's. */
  owner: Owner,
  ...stamps,
});
export type Reward = z.infer<typeof Reward>;

/** That a payee has had its part of a reward: a key of its own, so that any number of payees claim at once. */
export const RewardClaim = z.strictObject({
  schema: z.literal('reward-claim/1'),
  reward: Id,
  payee: Account,
  amount: Micro,
  owner: Owner,
  ...stamps,
});
export type RewardClaim = z.infer<typeof RewardClaim>;
