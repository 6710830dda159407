import { z } from 'zod';
import { SignedReceipt } from '../inference/receipt';
import { InclusionProof } from '../merkle/proof';
import { Address, Digest, Id, Micro, MspId } from '../schema/scalars';
import { RejectReason } from '../verdict/verdict';
import { Owner, stamps } from './common';
import { BatchRef } from './inference';

/** A receipt that is said to be false, its place in its batch, and where the rest of the evidence is kept. */
export const FaultEntry = BatchRef.extend({
  receipt: SignedReceipt,
  /** From the receipt's canonical JSON to the batch's root. */
  proof: InclusionProof,
  reason: RejectReason,
  /** A `fault-evidence/1`, which holds the opening: the reporter keeps it for those who may verify the batch. */
  evidence: Address,
  /** Whose verifiers found it: those who endorse this, a majority of the members. */
  finders: z.array(MspId).min(1).max(100),
});
export type FaultEntry = z.infer<typeof FaultEntry>;

/** A false receipt that a majority of the members found so by re-execution; once per receipt of a batch. */
export const Fault = FaultEntry.extend({
  schema: z.literal('fault/1'),
  batch: z.string(),
  /** The batch's. */
  root: Digest,
  id: Digest,
  /** Whose stake it cost. */
  worker: Id,
  /** What had become of the batch. */
  decided: z.enum(['accepted', 'rejected']),
  session: Id,
  /** What went back to the session out of the stake: what the receipt had cost, where the batch was accepted. */
  refund: Micro,
  /** What the stake lost beside. */
  slashed: Micro,
  /** Of whoever reported it, and keeps the evidence. */
  owner: Owner,
  ...stamps,
});
export type Fault = z.infer<typeof Fault>;
