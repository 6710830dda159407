import { z } from 'zod';
import { Id, Line, Micro, MspId, Pseudonym, Version } from '../schema/scalars';
import { Owner, stamps } from './common';

/** The account of all members together: motions issue to it and pay from it, and nothing else spends it. */
export const CONSORTIUM_ACCOUNT = 'consortium';

/**
 * `member:<MSP>` is a member's treasury, `artist:<MSP>:<pseudonym>` a person's account with a member, `consortium` the
 * treasury of all.
 */
export const Account = z.union([
  z.templateLiteral(['member:', MspId]),
  z.templateLiteral(['artist:', MspId, ':', Pseudonym]),
  z.literal(CONSORTIUM_ACCOUNT),
]);
export type Account = z.infer<typeof Account>;

/** What an account has to spend. Incoming money lies beside it as deltas until it is compacted. */
export const Balance = z.strictObject({
  schema: z.literal('balance/1'),
  account: Account,
  amount: Micro,
  owner: Owner,
  ...stamps,
});
export type Balance = z.infer<typeof Balance>;

/** A payment by the transaction that made it and its number there. */
export const DeltaId = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,100}\/[0-9]{1,6}$/, 'must be a transaction id, a slash, a number');

/** One incoming payment: a key of its own, so that any number of payments to one account can commit at once. */
export const Delta = z.strictObject({
  schema: z.literal('delta/1'),
  account: Account,
  delta: DeltaId,
  amount: Micro,
  reason: z.enum([
    'issue',
    'grant',
    'transfer',
    'licence',
    'sale',
    'royalty',
    'fee',
    'escrow',
    'refund',
    'reward',
    'stake',
    'slash',
  ]),
  owner: Owner,
  ...stamps,
});
export type Delta = z.infer<typeof Delta>;

/** Up to which of a producer's batches a payee has claimed what one model version earned. */
export const ClaimCursor = z.strictObject({
  schema: z.literal('claim-cursor/1'),
  payee: Account,
  producer: MspId,
  model: Id,
  version: Version,
  /** The first sequence number not claimed yet. */
  next: z.number().int().min(1),
  claimed: Micro,
  /** What the claim paid that last moved the cursor. */
  paid: Micro.optional(),
  owner: Owner,
  ...stamps,
});
export type ClaimCursor = z.infer<typeof ClaimCursor>;

/** Money that neither side can spend until the payer releases it, the payee refunds it, or the members decide. */
export const Escrow = z.strictObject({
  schema: z.literal('escrow/1'),
  escrow: Id,
  payer: Account,
  payee: Account,
  amount: Micro.min(1),
  purpose: Line,
  state: z.enum(['held', 'released', 'refunded']),
  /** The payer's. */
  owner: Owner,
  ...stamps,
});
export type Escrow = z.infer<typeof Escrow>;
