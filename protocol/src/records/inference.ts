import { z } from 'zod';
import { Address, Digest, Hex32, Id, Micro, Millis, MspId, Version } from '../schema/scalars';
import { RejectReason } from '../verdict/verdict';
import { Owner, stamps } from './common';

/** A key that signs tickets (a gateway's) or receipts (a worker's). */
export const Signer = z.strictObject({
  schema: z.literal('signer/1'),
  signer: Id,
  kind: z.enum(['gateway', 'worker']),
  /** Ed25519. */
  publicKey: Hex32,
  owner: Owner,
  ...stamps,
});
export type Signer = z.infer<typeof Signer>;

/**
 * Credits set aside before anything is computed. `reserved` is what anchored batches have drawn of `escrow`; a closed
 * session's escrow is just that, the rest went back.
 */
export const Session = z.strictObject({
  schema: z.literal('session/1'),
  session: Id,
  /** The API key, by its id, that may spend it. */
  caller: Id,
  escrow: Micro,
  reserved: Micro,
  state: z.enum(['open', 'closed']),
  owner: Owner,
  ...stamps,
});
export type Session = z.infer<typeof Session>;

export const SessionDebit = z.strictObject({ session: Id, amount: Micro.min(1) });

/** Most receipts of one batch, and most sessions that pay for it. */
export const MOST_RECEIPTS = 100_000;
export const MOST_SESSIONS = 1_000;

/** Workers whose receipts may stand in one batch. */
export const MOST_WORKERS = 100;

const Sequence = z
  .number()
  .int()
  .min(1)
  .max(2 ** 31);

/** Whose receipts stand in a batch, and when the last order was issued that it answered there, by the tickets. */
export const BatchWorker = z.strictObject({ worker: Id, lastOrder: Millis });
export type BatchWorker = z.infer<typeof BatchWorker>;

/** What a producer says of one batch of receipts. The batch's id is `<producer>/<sequence>`. */
export const BatchEntry = z.strictObject({
  sequence: Sequence,
  model: Id,
  version: Version,
  /** RFC 6962 root over the canonical JSON of the signed receipts. */
  root: Digest,
  count: z.number().int().min(1).max(MOST_RECEIPTS),
  promptTokens: z.number().int().min(0),
  completionTokens: z.number().int().min(0),
  amount: Micro,
  /** Where the list of signed receipts lies: canonical JSON of an array. */
  receipts: Address,
  sessions: z.array(SessionDebit).max(MOST_SESSIONS),
  /** Whose receipts these are, sorted by worker: their stakes vouch for them. */
  workers: z.array(BatchWorker).min(1).max(MOST_WORKERS),
  /** Rivals that were passed over as silent of late, and at which batch of this producer: they are called upon last. */
  silent: z
    .array(z.strictObject({ member: MspId, sequence: Sequence }))
    .max(100)
    .optional(),
});
export type BatchEntry = z.infer<typeof BatchEntry>;

/** The batch's place among its producer's. */
export const BatchRef = z.strictObject({ producer: MspId, sequence: BatchEntry.shape.sequence });
export type BatchRef = z.infer<typeof BatchRef>;

/** What one member's verifier found wrong with a batch. */
export const Finding = z.strictObject({
  member: MspId,
  reason: RejectReason,
  /** Receipt at fault, where there is one. */
  receipt: Digest.optional(),
});
export type Finding = z.infer<typeof Finding>;

export const Batch = BatchEntry.extend({
  schema: z.literal('batch/1'),
  batch: z.string(),
  producer: MspId,
  /** The members of whom `needed` must verify: all but the producer. */
  electorate: z.array(MspId).min(1),
  /** The electorate, in the order in which they are called upon to accept it. */
  turns: z.array(MspId).min(1),
  needed: z.number().int().min(1),
  state: z.enum(['anchored', 'accepted', 'rejected', 'expired']),
  /** Who accepted it. */
  verifiers: z.array(MspId),
  /** Why it was rejected, by those who did. */
  findings: z.array(Finding).optional(),
  anchored: Millis,
  /** From then on it may be expired. */
  deadline: Millis,
  owner: Owner,
  ...stamps,
});
export type Batch = z.infer<typeof Batch>;

/** What one batch owes to whom: fixed parts by account, and the pool that the royalty table splits. */
export const Settlement = z.strictObject({
  schema: z.literal('settlement/1'),
  batch: z.string(),
  model: Id,
  version: Version,
  /** `void` when the batch was rejected or expired: it pays nobody. */
  state: z.enum(['pending', 'released', 'void']),
  parts: z.array(z.strictObject({ account: z.string(), amount: Micro })),
  pool: Micro,
  owner: Owner,
  ...stamps,
});
export type Settlement = z.infer<typeof Settlement>;

/** What one batch draws from one session; `released` when the batch was rejected or expired. */
export const Debit = z.strictObject({
  schema: z.literal('debit/1'),
  session: Id,
  batch: z.string(),
  amount: Micro,
  state: z.enum(['held', 'spent', 'released']),
  owner: Owner,
  ...stamps,
});
export type Debit = z.infer<typeof Debit>;

/** Marks that a producer's sequence number is taken; never changed, so that the next anchor may read it. */
export const BatchMark = z.strictObject({ schema: z.literal('batch-mark/1'), root: Digest, owner: Owner, ...stamps });
export type BatchMark = z.infer<typeof BatchMark>;

/** Marks that a released debit was taken back into its session: a debit itself changes by its verifiers' endorsement alone. */
export const Reclaim = z.strictObject({
  schema: z.literal('reclaim/1'),
  session: Id,
  batch: z.string(),
  amount: Micro.min(1),
  owner: Owner,
  ...stamps,
});
export type Reclaim = z.infer<typeof Reclaim>;
