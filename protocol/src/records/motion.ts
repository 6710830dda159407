import { z } from 'zod';
import { BasisPoints, Id, Line, Micro, MspId, Version } from '../schema/scalars';
import { AliasName } from './alias';
import { Owner, stamps } from './common';
import { Account } from './credits';
import { Charter, Member, Role, Terms } from './members';

const kind = <K extends string, S extends z.core.$ZodLooseShape>(name: K, shape: S) =>
  z.strictObject({ kind: z.literal(name), ...shape });
const model = { model: Id, version: Version };
const sums = z
  .array(z.strictObject({ account: Account, amount: Micro.min(1) }))
  .min(1)
  .max(100);

/** What can be put to the vote. Each is enacted in the transaction that brings the majority. */
export const Motion = z.discriminatedUnion('kind', [
  kind('found', { charter: Charter }),
  /** Makes new money. */
  kind('issue', { grants: sums, reason: Line }),
  /** Pays from the account of the consortium; each payment waits on its payee's account to be compacted. */
  kind('pay', { payments: sums, reason: Line }),
  /** A new member, whose organisation is in the channel already. */
  kind('join', { member: Member }),
  /** Its people keep what is theirs: they may still claim, withdraw and forbid; but they propose and vote no more. */
  kind('leave', { member: MspId, reason: Line }),
  kind('policy', {
    terms: Terms.partial().refine((terms) => Object.keys(terms).length > 0, 'must change something'),
  }),
  kind('grantRole', { member: MspId, role: Role }),
  kind('revokeRole', { member: MspId, role: Role }),
  /**
   * Points an alias at an approved version, or with `null` at none; rolling back is pointing it at an earlier one.
   * A canary says in basis points how many of the requests it takes.
   */
  kind('alias', { model: Id, alias: AliasName, version: Version.nullable(), weight: BasisPoints.min(1).optional() }),
  /** The version is served no more; what was answered before may still be anchored. */
  kind('retire', { ...model, reason: Line }),
  /** The version is served no more and nothing of it is anchored; aliases that point at it point at none. */
  kind('revoke', { ...model, reason: Line }),
  /** Nothing more is ordered of the worker, and what it answers to orders all the same is not anchored. */
  kind('suspend', { worker: Id, reason: Line }),
  kind('reinstate', { worker: Id, reason: Line }),
  kind('settleDispute', {
    dispute: Id,
    outcome: z.enum(['upheld', 'dismissed']),
    /** What an upheld dispute does: the work goes to the claimant's account, or nobody may rely on it any more. */
    remedy: z
      .discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('transfer'), to: Account }),
        z.strictObject({ kind: z.literal('withdraw') }),
      ])
      .optional(),
    reason: Line,
  }),
  /** Decides an escrow that payer and payee do not agree on. */
  kind('arbitrate', { escrow: Id, outcome: z.enum(['released', 'refunded']), reason: Line }),
]);
export type Motion = z.infer<typeof Motion>;

export const Vote = z.strictObject({ member: MspId, approve: z.boolean() });

/** A motion and its votes. The electorate is that of the day it was proposed; who has left since votes no more. */
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
