import { z } from 'zod';
import { Digest, Id, MspId } from '../schema/scalars';
import { Owner, stamps } from './common';
import { CONSORTIUM_ACCOUNT } from './credits';
import { FeePolicy } from './model';
import { StakeTerms } from './stake';

/** What a certificate may say of its holder under the attribute `role`. */
export const ROLES = ['artist', 'steward', 'trainer', 'operator', 'auditor', 'caller', 'service', 'admin'] as const;
export const Role = z.enum(ROLES);
export type Role = z.infer<typeof Role>;

export const Member = z.strictObject({
  /** That of nobody but a member: records of the consortium itself name `consortium` as their owner. */
  member: MspId.refine((id) => id !== CONSORTIUM_ACCOUNT, 'is the name of the consortium itself'),
  name: Id,
  /** The roles that this member's certificates may have; all of them while none is listed. */
  roles: z.array(Role).max(ROLES.length).optional(),
});
export type Member = z.infer<typeof Member>;

/** How long the members wait for a batch to be verified when their terms do not say: ten minutes. */
export const BATCH_TIMEOUT_MS = 600_000;

/** What the members agree on, and may change by a vote. */
export const Terms = z.strictObject({
  fees: FeePolicy,
  /** How many rivals of a producer must verify a batch. */
  verifiersNeeded: z.number().int().min(1).max(100),
  /** Milliseconds after its anchor from which a batch that nobody settled may be expired; {@link BATCH_TIMEOUT_MS} by default. */
  batchTimeoutMs: z.number().int().min(1_000).max(2_592_000_000).optional(),
  /** Whether versions of class `external` are registered and approved; they are while the terms do not say. */
  externalModels: z.enum(['allowed', 'forbidden']).optional(),
  /** What workers put at stake; nothing by default. */
  stake: StakeTerms.optional(),
});
export type Terms = z.infer<typeof Terms>;

/** What the members agree on at the founding. Below four no dishonest member is tolerated. */
export const Charter = Terms.extend({ members: z.array(Member).min(4).max(100) });
export type Charter = z.infer<typeof Charter>;

/** The members and their terms as they stand. */
export const Consortium = Charter.extend({ schema: z.literal('consortium/1'), owner: Owner, ...stamps });
export type Consortium = z.infer<typeof Consortium>;

/** The first answer to an operation, kept so that repeating it changes nothing. */
export const Operation = z.strictObject({
  schema: z.literal('operation/1'),
  request: Digest,
  result: z.string(),
  owner: Owner,
  ...stamps,
});
export type Operation = z.infer<typeof Operation>;
