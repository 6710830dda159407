import { z } from 'zod';
import { BasisPoints, Id, Micro, Millis, MspId } from '../schema/scalars';
import { Owner, stamps } from './common';

/** How long a stake stays where it can be slashed after its withdrawal was announced, when the terms do not say: a day. */
const UNBONDING_MS = 86_400_000;

/** What workers put at stake and what a fault costs them. */
export const StakeTerms = z.strictObject({
  /** What a worker must have at stake for its receipts to be anchored, micro-credits. */
  minimum: Micro,
  /** Milliseconds between the notice of a withdrawal and the withdrawal; no shorter than a batch may wait. */
  unbondingMs: z.number().int().min(1_000).max(31_536_000_000),
  /** What a fault costs beside the refund, micro-credits; never more than is there. */
  slash: Micro,
  /** Which part of it the members get whose verifiers found the fault; the rest goes to the consortium. */
  finders: BasisPoints,
});
export type StakeTerms = z.infer<typeof StakeTerms>;

/** Where the members have agreed on none: nothing has to be at stake, a fault costs its refund. */
export const NO_STAKE_TERMS: StakeTerms = { minimum: 0, unbondingMs: UNBONDING_MS, slash: 0, finders: 5_000 };

/** What a member vouches with for the answers of one of its workers. */
export const Stake = z.strictObject({
  schema: z.literal('stake/1'),
  worker: Id,
  /** All that can be slashed, micro-credits; what is about to be withdrawn is among it. */
  amount: Micro,
  /** What is about to be withdrawn: from then on, once every batch up to that one is decided. It vouches for nothing new. */
  unbonding: z.strictObject({ amount: Micro.min(1), until: Millis, through: z.number().int().min(0) }).optional(),
  /** How many faults of the worker were found, and what they have cost in all: refunds and slashes. */
  faults: z.number().int().min(0),
  slashed: Micro,
  owner: Owner,
  ...stamps,
});
export type Stake = z.infer<typeof Stake>;

const count = z.number().int().min(0);

/** What one member's verifier did about the batches of one producer. */
export const VerifierRecord = z.strictObject({
  member: MspId,
  /** Batches that it endorsed the acceptance of, and the rejection. */
  accepted: count,
  rejected: count,
  /** Refusals of batches that others accepted. */
  overruled: count,
  /** Batches for which it was passed over. */
  silent: count,
  /** Faults for whose receipts it had rejected the batch, and such in batches that it had accepted. */
  found: count,
  missed: count,
});
export type VerifierRecord = z.infer<typeof VerifierRecord>;

/** What the ledger has seen of one member as a producer, and of those who verified its batches. */
export const Reputation = z.strictObject({
  schema: z.literal('reputation/1'),
  member: MspId,
  /** The first of its batches that is not counted yet. */
  next: z.number().int().min(1),
  accepted: count,
  rejected: count,
  expired: count,
  /** Its rivals, by MSP id: who was called upon, or said something, in the batches that are counted. */
  verifiers: z.array(VerifierRecord).max(100),
  /** Faults of its workers, and what they have cost, micro-credits. */
  faults: count,
  slashed: Micro,
  owner: Owner,
  ...stamps,
});
export type Reputation = z.infer<typeof Reputation>;
