import {
  BatchRef,
  DatasetItem,
  DatasetRef,
  Digest,
  InclusionProof,
  isRecordType,
  SignedReceipt,
} from '@llmchain/protocol';
import { z } from 'zod';
import { fromBase64, toBase64 } from '../bytes';

/** Bytes as base64, in the one form that encodes them: padding and the bits that it leaves over are checked. */
const Bytes = z.string().refine((text) => {
  try {
    return toBase64(fromBase64(text)) === text;
  } catch {
    return false;
  }
}, 'must be canonical base64');

/** A consenter's signature under a block. */
const BlockSignature = z.strictObject({
  /** Serialised `common.IdentifierHeader`: which consenter. */
  header: Bytes,
  signature: Bytes,
});

/** A block, less what its orderers did not sign: validation flags and commit hashes are each peer's own. */
export const BlockEvidence = z.strictObject({
  number: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  previousHash: Bytes,
  dataHash: Bytes,
  /** Serialised envelopes, all of them: the data hash is over them together. */
  data: z.array(Bytes).min(1).max(10_000),
  /** Serialised `common.OrdererBlockMetadata` that the signatures cover; empty for the genesis block. */
  metadata: Bytes,
  /** In the order of the consenters' numbers. */
  signatures: z.array(BlockSignature).max(1_000),
});
export type BlockEvidence = z.infer<typeof BlockEvidence>;

/** A query that members endorsed and nobody submitted: what each of them says of its state. */
export const SignedRead = z.strictObject({
  /** Serialised `common.ChannelHeader`, `common.SignatureHeader`, `peer.ChaincodeProposalPayload`. */
  channelHeader: Bytes,
  signatureHeader: Bytes,
  proposal: Bytes,
  /** Serialised `peer.ProposalResponsePayload`: answer and read set. */
  response: Bytes,
  endorsements: z
    .array(z.strictObject({ endorser: Bytes, signature: Bytes }))
    .min(1)
    .max(1_000),
});
export type SignedRead = z.infer<typeof SignedRead>;

/** An item of a dataset version and its place among all items, which are sorted by digest. */
export const PlacedItem = z.strictObject({ item: DatasetItem, inclusion: InclusionProof });
export type PlacedItem = z.infer<typeof PlacedItem>;

/** Most items that one bundle holds: of larger versions single items are proven, and pages by their records. */
export const MOST_ITEMS = 16_384;

/**
 * What a bundle proves: a record of the ledger; a receipt that stands in an accepted batch; a fault and the receipt that it
 * is about; all items of a dataset version;
 * one item of it; or that it has no item of a digest, or none of a work.
 */
const Subject = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('record'),
    type: z.string().refine(isRecordType, 'must be a type of record'),
    parts: z.array(z.string().min(1).max(200)).max(5),
    /** Of a settlement or debit: the record of its batch, which names the members that may change it. */
    batch: SignedRead.optional(),
  }),
  z.strictObject({
    kind: z.literal('receipt'),
    receipt: SignedReceipt,
    inclusion: InclusionProof,
    /** The records of the keys that signed ticket and receipt. */
    gateway: SignedRead,
    worker: SignedRead,
  }),
  BatchRef.extend({
    kind: z.literal('fault'),
    /** Id of the receipt that was found false; the fault's record holds it, and its place in the batch. */
    receipt: Digest,
    /** The record of the batch, whose root the receipt stands under. */
    batch: SignedRead,
    /** The records of the keys that signed ticket and receipt, where there are such. */
    gateway: SignedRead.optional(),
    worker: SignedRead.optional(),
  }),
  DatasetRef.extend({
    kind: z.literal('dataset'),
    /** All of them, in their order. */
    items: z.array(DatasetItem).min(1).max(MOST_ITEMS),
    /** The work that none of them is of, where that is to be proven. */
    without: Digest.optional(),
  }),
  DatasetRef.extend({ kind: z.literal('item'), placed: PlacedItem }),
  DatasetRef.extend({
    kind: z.literal('absence'),
    /** That no item has. */
    digest: Digest,
    /** The items between which it would stand; null at either end. */
    before: PlacedItem.nullable(),
    after: PlacedItem.nullable(),
  }),
]);
export type Subject = z.infer<typeof Subject>;

/** One file that proves one statement offline, to whoever holds the members' root certificates and the genesis hash. */
export const EvidenceBundle = z
  .strictObject({
    schema: z.literal('evidence/1'),
    subject: Subject,
    /** Every configuration block from the genesis block to the latest that was known, in their order. */
    configurations: z.array(BlockEvidence).min(1).max(10_000),
    /** The block with the transaction that last wrote the record; of a receipt its batch's, of an item its version's. */
    block: BlockEvidence,
    /** That record as members have it. */
    read: SignedRead,
  })
  // Its name in documents of APIs.
  .meta({ id: 'EvidenceBundle' });
export type EvidenceBundle = z.infer<typeof EvidenceBundle>;
