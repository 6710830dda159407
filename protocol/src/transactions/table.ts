import { z } from 'zod';
import { InclusionProof } from '../merkle/proof';
import { RoyaltyEntry } from '../money/royalty';
import { Alias, AliasName, AliasValue } from '../records/alias';
import { BatchRefusal, BatchRefusalEntry, BatchSilence } from '../records/batch-refusal';
import { DatasetRef, ModelRef } from '../records/common';
import { Account, Balance, ClaimCursor, DeltaId, Escrow } from '../records/credits';
import { DataNode, DataNodeEntry, DataNodeRef } from '../records/data-node';
import { Dataset, DatasetItem, DatasetPage, DatasetReports, DatasetVersion, PAGE_ITEMS } from '../records/dataset';
import { Fault, FaultEntry } from '../records/fault';
import { Batch, BatchEntry, BatchRef, Finding, Session, Signer } from '../records/inference';
import { ModelEntry, ModelVersion, oneLineage } from '../records/model';
import { AccessPolicy, ModelAccess } from '../records/model-access';
import { KeyWrap, ModelKey, WrappingKey } from '../records/model-key';
import { Motion, Proposal } from '../records/motion';
import { Dispute, DisputeEntry } from '../records/dispute';
import { Attestation, AttestationEntry, Erasure } from '../records/erasure';
import { Grant, GrantEntry } from '../records/grant';
import { Resemblance } from '../records/resemblance';
import { Reward, RewardClaim } from '../records/reward';
import { Sale, SaleEntry } from '../records/sale';
import { Holding, MOST_SHARDS, ReleaseReason, Shard, ShardEntry } from '../records/shard';
import { Reputation, Stake } from '../records/stake';
import { Taint } from '../records/taint';
import { JobPlan, JobResult, TrainingJob } from '../records/training';
import { Licence, LicenceEntry, Preference, Work, WorkEntry } from '../records/work';
import { Digest, Hex32, Id, Line, Micro, MspId, OperationId, Pseudonym, Version } from '../schema/scalars';

/** A change of the ledger: its request carries an operation id unless the record's own state makes it idempotent. */
function submit<Q extends z.ZodType, R extends z.ZodType>(request: Q, result: R) {
  return { kind: 'submit' as const, request, result };
}
/** A question to one peer; nothing is ordered. */
function query<Q extends z.ZodType, R extends z.ZodType>(request: Q, result: R) {
  return { kind: 'query' as const, request, result };
}
const operation = { operationId: OperationId };

/**
 * Every transaction and query, by `contract:function`. The chaincode decodes its one argument with `request`, strictly;
 * clients, gateways and their documents take their types from the same place.
 */
export const TRANSACTIONS = {
  'members:propose': submit(z.strictObject({ ...operation, proposal: Id, motion: Motion }), Proposal),
  'members:vote': submit(z.strictObject({ ...operation, proposal: Id, approve: z.boolean() }), Proposal),
  'members:registerSigner': submit(
    z.strictObject({ ...operation, signer: Id, kind: z.enum(['gateway', 'worker']), publicKey: Hex32 }),
    Signer,
  ),

  /** Registers the X25519 key of a worker of the invoker's member, or replaces it. */
  'members:setWrappingKey': submit(z.strictObject({ worker: Id, publicKey: Hex32 }), WrappingKey),
  'members:revokeWrappingKey': submit(z.strictObject({ worker: Id }), WrappingKey),

  'artworks:register': submit(
    z.strictObject({ ...operation, works: z.array(WorkEntry).min(1).max(500) }),
    z.strictObject({ works: z.array(Digest) }),
  ),
  'artworks:setPreference': submit(z.strictObject({ ...operation, work: Digest, preference: Preference }), Work),
  /** Of many works at once: an artist's consent changes in one step, where one change after another would race. */
  'artworks:setPreferences': submit(
    z.strictObject({
      ...operation,
      changes: z
        .array(z.strictObject({ work: Digest, preference: Preference }))
        .min(1)
        .max(500),
    }),
    z.strictObject({ works: z.array(Digest) }),
  ),
  /** Anyone may, of two works that are alike though neither names the other. */
  'artworks:flag': submit(z.strictObject({ work: Digest, other: Digest }), Resemblance),
  'artworks:offerLicence': submit(LicenceEntry.extend(operation), Licence),
  /** Names the digest of the private terms that the buyer read, where the offer has such. */
  'artworks:acceptLicence': submit(z.strictObject({ ...operation, licence: Id, terms: Digest.optional() }), Licence),
  'artworks:revokeLicence': submit(z.strictObject({ ...operation, licence: Id }), Licence),
  /** Anyone may, once its time is over. */
  'artworks:expireLicence': submit(z.strictObject({ licence: Id }), Licence),
  /** Nothing new may rely on the work; irrevocable licences run on. */
  'artworks:withdraw': submit(z.strictObject({ ...operation, work: Digest }), Work),
  'artworks:offerSale': submit(SaleEntry.extend(operation), Sale),
  'artworks:withdrawSale': submit(z.strictObject({ ...operation, sale: Id }), Sale),
  /** Delivery against payment: the price leaves the buyer's account as shares and ownership go over. */
  'artworks:buy': submit(z.strictObject({ ...operation, sale: Id, account: Account }), Sale),
  'artworks:openDispute': submit(DisputeEntry.extend(operation), Dispute),
  /** By the claimant. */
  'artworks:dropDispute': submit(z.strictObject({ ...operation, dispute: Id }), Dispute),

  /** Withdraws the work, where it is not, and has every member destroy its copy. */
  'artworks:erase': submit(z.strictObject({ ...operation, work: Digest }), Erasure),
  /** By each member's gateway for itself; `destroyed` and `none` are final. */
  'artworks:attest': submit(AttestationEntry, Attestation),

  /** Asks the owner of a work or of a dataset version for leave to read it. */
  'access:request': submit(GrantEntry.extend(operation), Grant),
  /** By the subject's owner, who may set an earlier end. */
  'access:decide': submit(
    z.strictObject({ ...operation, grant: Id, approve: z.boolean(), until: Grant.shape.until.optional() }),
    Grant,
  ),
  'access:revoke': submit(z.strictObject({ ...operation, grant: Id }), Grant),
  /** Anyone may, once its time is over. */
  'access:expire': submit(z.strictObject({ grant: Id }), Grant),

  'datasets:create': submit(z.strictObject({ ...operation, dataset: Id, title: Line, purpose: Line }), Dataset),
  'datasets:addPage': submit(
    z.strictObject({
      ...operation,
      dataset: Id,
      version: Version,
      index: DatasetPage.shape.index,
      items: z.array(DatasetItem).min(1).max(PAGE_ITEMS),
    }),
    z.strictObject({ root: Digest }),
  ),
  'datasets:seal': submit(
    z.strictObject({
      ...operation,
      dataset: Id,
      version: Version,
      pages: DatasetVersion.shape.pages,
      root: Digest,
      ...DatasetReports,
    }),
    DatasetVersion,
  ),
  /**
   * Splits a sealed version into shards and places them on active nodes of its owner and of members that have a grant to read
   * it. Repeated with the same files, places them anew.
   */
  'datasets:shard': submit(
    z.strictObject({
      ...operation,
      ...DatasetRef.shape,
      /** Copies of each shard in all. */
      replicas: z.number().int().min(1).max(100),
      /** Standing grants on the version: their grantees may keep copies. */
      grants: z.array(Id).max(99),
      shards: z.array(ShardEntry).min(1).max(MOST_SHARDS),
    }),
    z.strictObject({
      placement: z.array(DataNodeRef.extend({ shards: z.array(Shard.shape.index), bytes: z.number().int() })),
    }),
  ),
  /** Registers a node of the invoker's member, or changes what is said of it. */
  'datasets:registerNode': submit(DataNodeEntry.extend(operation), DataNode),
  /** By a gateway for its own member: that a node of its keeps whole copies of these shards, which are placed there. */
  'datasets:hold': submit(
    DatasetRef.extend({
      node: DataNodeRef.shape.node,
      shards: z
        .array(Shard.pick({ index: true, digest: true }))
        .min(1)
        .max(100),
      /** The grant under which another member than the owner keeps them. */
      grant: Id.optional(),
    }),
    z.strictObject({ holdings: z.array(Holding) }),
  ),
  /** By a gateway for its own member: that a node of its keeps these copies no more. */
  'datasets:release': submit(
    DatasetRef.extend({
      node: DataNodeRef.shape.node,
      shards: z.array(Shard.shape.index).min(1).max(100),
      reason: ReleaseReason,
    }),
    z.strictObject({ holdings: z.array(Holding) }),
  ),
  /** Anyone may, naming an item whose consent no longer stands. */
  'datasets:taint': submit(DatasetRef.extend({ page: DatasetPage.shape.index, item: Digest }), Taint),
  /** Anyone may, once every item has consent again. */
  'datasets:lift': submit(DatasetRef, Taint),

  'training:open': submit(JobPlan.extend(operation), TrainingJob),
  'training:complete': submit(z.strictObject({ ...operation, job: Id, result: JobResult }), TrainingJob),
  /** Anyone may, once a dataset of the job is tainted; and lift, once none is. */
  'training:taint': submit(z.strictObject({ job: Id }), Taint),
  'training:lift': submit(z.strictObject({ job: Id }), Taint),

  'models:register': submit(
    ModelEntry.extend({ ...operation, access: AccessPolicy.optional() }).superRefine(
      oneLineage(['job', 'datasets', 'royalty']),
    ),
    ModelVersion,
  ),
  'models:approve': submit(z.strictObject({ ...operation, model: Id, version: Version }), ModelVersion),
  /** By the owner: whose callers may call the version from now on. */
  'models:setAccess': submit(z.strictObject({ ...operation, ...ModelRef.shape, policy: AccessPolicy }), ModelAccess),
  /** By the owner of a sealed version: its key, wrapped to the wrapping key that a worker has now. */
  'models:giveKey': submit(
    ModelRef.extend({
      member: MspId,
      worker: Id,
      publicKey: Hex32,
      wrap: KeyWrap,
      /** Id of the transaction that last changed what the giver saw of this key; null where it saw none. */
      replaces: z.string().min(1).max(100).nullable(),
    }),
    ModelKey,
  ),
  /** By the owner: the worker is not given the key again. What it has opened cannot be taken back. */
  'models:withdrawKey': submit(ModelRef.extend({ member: MspId, worker: Id }), ModelKey),
  /** Anyone may, once the job or a dataset of the version is tainted; and lift, once none is. */
  'models:taint': submit(ModelRef, Taint),
  'models:lift': submit(ModelRef, Taint),

  'inference:openSession': submit(
    z.strictObject({ ...operation, session: Id, caller: Id, amount: Micro.min(1) }),
    Session,
  ),
  'inference:topUpSession': submit(z.strictObject({ ...operation, session: Id, amount: Micro.min(1) }), Session),
  /** Gives back what no batch has drawn. */
  'inference:closeSession': submit(z.strictObject({ ...operation, session: Id }), Session),
  /** Gives back what rejected or expired batches had drawn: to the session, or to its owner when it is closed. */
  'inference:reclaim': submit(
    z.strictObject({ ...operation, session: Id, batches: z.array(BatchRef).min(1).max(200) }),
    Session,
  ),
  'inference:anchorBatch': submit(BatchEntry, Batch),
  'inference:acceptBatch': submit(BatchRef.extend({ verifiers: z.array(MspId).min(1).max(100) }), Batch),
  /** In the name of the own member, whose peer endorses only what its own verifier has found. Once: the first one stands. */
  'inference:refuseBatch': submit(BatchRefusalEntry, BatchRefusal),
  /** Any member's gateway may, when a member's time is over that was called upon to accept a batch, and another is left to call upon. */
  'inference:passOver': submit(BatchRef.extend({ member: MspId }), BatchSilence),
  /** Each member that it names endorses its own finding and no other. */
  'inference:rejectBatch': submit(BatchRef.extend({ findings: z.array(Finding).min(1).max(100) }), Batch),
  /** Anyone may, once the batch's deadline has passed. */
  'inference:expireBatch': submit(BatchRef, Batch),
  /**
   * Anyone may, once a member of an open batch's electorate has left the consortium: the members of now take its place.
   * Endorsed as the batch's decision would have been; changes nothing when nobody has left.
   */
  'inference:rotateBatch': submit(BatchRef, Batch),
  /** Puts money of the member's treasury at stake for the answers of one of its workers. */
  'inference:stake': submit(z.strictObject({ ...operation, worker: Id, amount: Micro.min(1) }), Stake),
  /** Gives notice of a withdrawal; `through` is the last sequence number that the member has anchored, 0 for none. */
  'inference:unstake': submit(
    z.strictObject({
      ...operation,
      worker: Id,
      amount: Micro.min(1),
      through: z
        .number()
        .int()
        .min(0)
        .max(2 ** 31),
    }),
    Stake,
  ),
  /** When the notice is over, and every batch up to it is decided and counted. */
  'inference:withdrawStake': submit(z.strictObject({ ...operation, worker: Id }), Stake),
  /** Anyone may: counts a producer's decided batches, in their order, up to this sequence number. */
  'inference:tally': submit(BatchRef, Reputation),
  /**
   * Of a decided batch, once per receipt: refunds what the receipt cost, slashes the worker's stake. Endorsed by members
   * whose own verifiers have found the same by re-executing just this receipt.
   */
  'inference:reportFault': submit(FaultEntry, Fault),

  'credits:transfer': submit(
    z.strictObject({ ...operation, from: Account, to: Account, amount: Micro.min(1) }),
    Balance,
  ),
  'credits:compact': submit(
    z.strictObject({ ...operation, account: Account, deltas: z.array(DeltaId).min(1).max(500) }),
    Balance,
  ),
  'credits:claim': submit(
    z.strictObject({
      ...operation,
      payee: Account,
      producer: MspId,
      model: Id,
      version: Version,
      /** Last sequence number to claim; every batch up to it has to be settled. */
      upTo: BatchEntry.shape.sequence,
      /** The payee's entry in the model version's royalty table; members without one leave it out. */
      entry: RoyaltyEntry.optional(),
      proof: InclusionProof.optional(),
    }),
    ClaimCursor,
  ),

  'credits:escrow': submit(
    z.strictObject({
      ...operation,
      escrow: Id,
      payer: Account,
      payee: Account,
      amount: Micro.min(1),
      purpose: Line,
    }),
    Escrow,
  ),
  /** By the payer: the payee gets it. */
  'credits:release': submit(z.strictObject({ ...operation, escrow: Id }), Escrow),
  /** By the payee: the payer gets it back. */
  'credits:refund': submit(z.strictObject({ ...operation, escrow: Id }), Escrow),

  /** Sets money aside for those whose works a dataset version holds, by the tokens that each contributed. */
  'credits:fundReward': submit(
    z.strictObject({
      ...operation,
      ...Reward.pick({
        reward: true,
        dataset: true,
        version: true,
        payer: true,
        amount: true,
        until: true,
        table: true,
      }).shape,
    }),
    Reward,
  ),
  /** By the payee, once. */
  'credits:claimReward': submit(
    z.strictObject({ ...operation, reward: Id, payee: Account, entry: RoyaltyEntry, proof: InclusionProof }),
    RewardClaim,
  ),
  /** By the payer, after the deadline: what nobody has claimed. */
  'credits:recoverReward': submit(z.strictObject({ ...operation, reward: Id }), Reward),

  /** One record by its state key, or null. */
  'ledger:get': query(
    z.strictObject({ type: z.string().max(40), parts: z.array(z.string().min(1).max(200)).max(5) }),
    z.strictObject({ record: z.unknown() }),
  ),
  /** Records whose key begins with these parts, in the order of their keys. */
  'ledger:list': query(
    z.strictObject({
      type: z.string().max(40),
      parts: z.array(z.string().min(1).max(200)).max(5),
      limit: z.number().int().min(1).max(500),
      after: z.string().max(2_000).optional(),
    }),
    z.strictObject({ records: z.array(z.unknown()), after: z.string().optional() }),
  ),
  /** Why an item may be used, or may not: asked before a page is sent, so that the steward learns of every offender. */
  'datasets:consent': query(
    z.strictObject({ items: z.array(DatasetItem).min(1).max(PAGE_ITEMS) }),
    z.strictObject({ offenders: z.array(z.strictObject({ item: Digest, reason: z.string() })) }),
  ),
  /** Where an alias points, and the values it has had, newest first; `before` is the ordinal to go on from. */
  'models:aliasHistory': query(
    z.strictObject({
      model: Id,
      alias: AliasName,
      limit: z.number().int().min(1).max(100),
      before: AliasValue.shape.ordinal.optional(),
    }),
    z.strictObject({
      current: Alias.nullable(),
      values: z.array(AliasValue),
      before: AliasValue.shape.ordinal.optional(),
    }),
  ),
  /** What an account has to spend and what waits to be compacted; `deltas` are at most the first 500. */
  'credits:account': query(
    z.strictObject({ account: Account }),
    z.strictObject({
      account: Account,
      balance: Micro,
      waiting: Micro,
      deltas: z.array(z.string()),
      more: z.boolean(),
    }),
  ),
  /** Who endorses here: lets a client see that a peer and its chaincode answer. */
  'ledger:whoami': query(
    z.strictObject({}),
    z.strictObject({ endorser: MspId, invoker: MspId, role: z.string().nullable(), person: Pseudonym.nullable() }),
  ),
} as const;

export type TransactionName = keyof typeof TRANSACTIONS;
export type RequestOf<N extends TransactionName> = z.input<(typeof TRANSACTIONS)[N]['request']>;
export type ResultOf<N extends TransactionName> = z.output<(typeof TRANSACTIONS)[N]['result']>;
export type SubmitName = {
  [N in TransactionName]: (typeof TRANSACTIONS)[N]['kind'] extends 'submit' ? N : never;
}[TransactionName];
export type QueryName = Exclude<TransactionName, SubmitName>;
