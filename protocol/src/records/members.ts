import { z } from 'zod';
import { Digest, Id, Line, Micro, MspId } from '../schema/scalars';
import { Owner, stamps } from './common';
import { Account } from './credits';
import { FeePolicy } from './model';

export const Member = z.strictObject({ member: MspId, name: Id });

/** What the members agreed on at the founding. */
export const Charter = z.strictObject({
  members: z.array(Member).min(4).max(100),
  fees: FeePolicy,
  /** How many rivals of a producer must verify a batch. */
  verifiersNeeded: z.number().int().min(1).max(100),
});
export type Charter = z.infer<typeof Charter>;

export const Consortium = Charter.extend({ schema: z.literal('consortium/1'), owner: Owner, ...stamps });
export type Consortium = z.infer<typeof Consortium>;

/** What can be put to the vote: the founding itself, and issuing credits. */
export const Motion = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('found'), charter: Charter }),
  z.strictObject({
    kind: z.literal('issue'),
    grants: z
      .array(z.strictObject({ account: Account, amount: Micro.min(1) }))
      .min(1)
      .max(100),
    reason: Line,
  }),
]);
export type Motion = z.infer<typeof Motion>;

export const Vote = z.strictObject({ member: MspId, approve: z.boolean() });

/** A motion and its votes; enacted in the transaction that brings the majority. */
export const Proposal = z.strictObject({
  schema: z.literal('proposal/1'),
  proposal: Id,
  motion: Motion,
  electorate: z.array(MspId).min(1),
  votes: z.array(Vote),
  state: z.enum(['open', 'enacted', 'refused']),
  owner: Owner,
  ...stamps,
});
export type Proposal = z.infer<typeof Proposal>;

/** The first answer to an operation, kept so that repeating it changes nothing. */
export const Operation = z.strictObject({
  schema: z.literal('operation/1'),
  request: Digest,
  result: z.string(),
  owner: Owner,
  ...stamps,
});
export type Operation = z.infer<typeof Operation>;
