import {
  Account,
  Alias,
  Attestation,
  AliasName,
  AliasValue,
  Batch,
  BatchRefusal,
  BatchSilence,
  ClaimCursor,
  Consortium,
  DataNode,
  Dataset,
  DatasetPage,
  DatasetVersion,
  Debit,
  Delta,
  Digest,
  Dispute,
  Epoch,
  Erasure,
  Escrow,
  Fault,
  Grant,
  Holding,
  Id,
  Licence,
  ModelAccess,
  ModelKey,
  ModelVersion,
  MspId,
  ordinal,
  Proposal,
  Reclaim,
  Reputation,
  Resemblance,
  Reward,
  RewardClaim,
  Sale,
  Session,
  Settlement,
  Shard,
  Signer,
  Stake,
  Suspension,
  Taint,
  TrainingJob,
  Work,
  WrappingKey,
  type RecordType,
} from '@llmchain/protocol';
import { z } from 'zod';
import { PageInPath, SequenceInPath, ShardInPath, VersionInPath } from './common';

/** One record by its key: where it is found, and the parts of its key in order, as named in the path. */
export interface Single {
  type: RecordType;
  path: string;
  summary: string;
  params: z.ZodObject;
  /** What stands in the key before the parts that the path names. */
  prefix?: readonly string[];
  schema: z.ZodObject;
}

const id = z.strictObject({ id: Id });
const version = z.strictObject({ id: Id, version: VersionInPath });
const alias = z.strictObject({ id: Id, alias: AliasName });
const batch = z.strictObject({ producer: MspId, sequence: SequenceInPath });
const shard = version.extend({ shard: ShardInPath });
const debit = batch.extend({ session: Id });

/** Every record that can be asked for by its key; `GET` on the path is the record, `…/evidence` what proves it. */
export const SINGLES: readonly Single[] = [
  {
    type: 'consortium',
    path: '/v1/consortium',
    summary: 'The members and their terms',
    params: z.strictObject({}),
    schema: Consortium,
  },
  {
    type: 'work',
    path: '/v1/artworks/{id}',
    summary: 'One work',
    params: z.strictObject({ id: Digest }),
    schema: Work,
  },
  { type: 'licence', path: '/v1/licences/{id}', summary: 'One licence', params: id, schema: Licence },
  { type: 'sale', path: '/v1/sales/{id}', summary: 'One sale', params: id, schema: Sale },
  { type: 'dispute', path: '/v1/disputes/{id}', summary: 'One dispute', params: id, schema: Dispute },
  { type: 'grant', path: '/v1/grants/{id}', summary: 'One grant to read', params: id, schema: Grant },
  {
    type: 'erasure',
    path: '/v1/erasures/{id}',
    summary: 'That a work was to be erased everywhere',
    params: z.strictObject({ id: Digest }),
    schema: Erasure,
  },
  {
    type: 'attestation',
    path: '/v1/erasures/{id}/attestations/{member}',
    summary: 'What one member attests of its copy of an erased work',
    params: z.strictObject({ id: Digest, member: MspId }),
    schema: Attestation,
  },
  {
    type: 'resemblance',
    path: '/v1/resemblances/{first}/{second}',
    summary: 'That two works are alike though neither names the other; the smaller digest comes first',
    params: z.strictObject({ first: Digest, second: Digest }),
    schema: Resemblance,
  },
  {
    type: 'taint',
    path: '/v1/datasets/{id}/versions/{version}/taint',
    summary: 'Whether a dataset version is tainted, and why',
    params: version,
    prefix: ['dataset'],
    schema: Taint,
  },
  {
    type: 'taint',
    path: '/v1/training/jobs/{id}/taint',
    summary: 'Whether a training job is tainted, and why',
    params: id,
    prefix: ['job'],
    schema: Taint,
  },
  {
    type: 'taint',
    path: '/v1/models/{id}/versions/{version}/taint',
    summary: 'Whether a model version is tainted, and why',
    params: version,
    prefix: ['model'],
    schema: Taint,
  },
  {
    type: 'epoch',
    path: '/v1/epochs/{grantor}',
    summary: 'How often what a grantor consents to has changed',
    params: z.strictObject({
      grantor: z
        .string()
        .regex(/^[A-Za-z][A-Za-z0-9.-]{0,62}(\/[a-z0-9][a-z0-9._-]{0,63})?$/, 'must be MSP or MSP/person'),
    }),
    schema: Epoch,
  },
  { type: 'dataset', path: '/v1/datasets/{id}', summary: 'One dataset', params: id, schema: Dataset },
  {
    type: 'dataset-version',
    path: '/v1/datasets/{id}/versions/{version}',
    summary: 'One sealed version',
    params: version,
    schema: DatasetVersion,
  },
  {
    type: 'dataset-page',
    path: '/v1/datasets/{id}/versions/{version}/pages/{page}',
    summary: 'One page of a version, with the consents that it was checked under',
    params: version.extend({ page: PageInPath }),
    schema: DatasetPage,
  },
  {
    type: 'shard',
    path: '/v1/datasets/{id}/versions/{version}/shards/{shard}',
    summary: 'One shard of a version, and the nodes that it is placed on',
    params: shard,
    schema: Shard,
  },
  {
    type: 'holding',
    path: '/v1/datasets/{id}/versions/{version}/shards/{shard}/holdings/{member}',
    summary: 'What one member says of its copy of a shard',
    params: shard.extend({ member: MspId }),
    schema: Holding,
  },
  {
    type: 'data-node',
    path: '/v1/nodes/{member}/{node}',
    summary: 'One node of a member, and how much is placed on it',
    params: z.strictObject({ member: MspId, node: Id }),
    schema: DataNode,
  },
  { type: 'job', path: '/v1/training/jobs/{id}', summary: 'One training job', params: id, schema: TrainingJob },
  {
    type: 'model',
    path: '/v1/models/{id}/versions/{version}',
    summary: 'One model version',
    params: version,
    schema: ModelVersion,
  },
  {
    type: 'model-access',
    path: '/v1/models/{id}/versions/{version}/access',
    summary: 'Whose callers may call a model version, now and before; everyone’s may where there is no such record',
    params: version,
    schema: ModelAccess,
  },
  {
    type: 'model-key',
    path: '/v1/models/{id}/versions/{version}/keys/{member}/{worker}',
    summary: 'The key of a sealed version as a worker was given it',
    params: version.extend({ member: MspId, worker: Id }),
    schema: ModelKey,
  },
  {
    type: 'wrapping-key',
    path: '/v1/wrapping-keys/{member}/{worker}',
    summary: 'The key of a worker to which keys of sealed models are wrapped',
    params: z.strictObject({ member: MspId, worker: Id }),
    schema: WrappingKey,
  },
  {
    type: 'alias',
    path: '/v1/models/{id}/aliases/{alias}',
    summary: 'Where an alias of a model points',
    params: alias,
    schema: Alias,
  },
  {
    type: 'alias-value',
    path: '/v1/models/{id}/aliases/{alias}/history/{ordinal}',
    summary: 'One value that an alias has had',
    params: alias.extend({ ordinal: VersionInPath }),
    schema: AliasValue,
  },
  {
    type: 'signer',
    path: '/v1/signers/{id}',
    summary: 'A key that signs tickets or receipts',
    params: id,
    schema: Signer,
  },
  {
    type: 'session',
    path: '/v1/sessions/{id}',
    summary: 'A prepaid session, as the ledger has it',
    params: id,
    schema: Session,
  },
  {
    type: 'batch',
    path: '/v1/batches/{producer}/{sequence}',
    summary: 'One batch of receipts',
    params: batch,
    schema: Batch,
  },
  {
    type: 'settlement',
    path: '/v1/batches/{producer}/{sequence}/settlement',
    summary: 'What a batch owes to whom',
    params: batch,
    schema: Settlement,
  },
  {
    type: 'debit',
    path: '/v1/batches/{producer}/{sequence}/debits/{session}',
    summary: 'What a batch draws from one session',
    params: debit,
    schema: Debit,
  },
  {
    type: 'reclaim',
    path: '/v1/batches/{producer}/{sequence}/debits/{session}/reclaim',
    summary: 'That a session has taken back what a batch had drawn',
    params: debit,
    schema: Reclaim,
  },
  {
    type: 'batch-refusal',
    path: '/v1/batches/{producer}/{sequence}/refusals/{member}',
    summary: 'What a member’s verifier found wrong with a batch',
    params: batch.extend({ member: MspId }),
    schema: BatchRefusal,
  },
  {
    type: 'batch-silence',
    path: '/v1/batches/{producer}/{sequence}/silences/{member}',
    summary: 'That a member had no verdict on a batch in time',
    params: batch.extend({ member: MspId }),
    schema: BatchSilence,
  },
  { type: 'stake', path: '/v1/stakes/{id}', summary: 'What is at stake for a worker', params: id, schema: Stake },
  {
    type: 'suspension',
    path: '/v1/suspensions/{id}',
    summary: 'When the members have suspended a worker',
    params: id,
    schema: Suspension,
  },
  {
    type: 'reputation',
    path: '/v1/reputations/{member}',
    summary: 'What the ledger has seen of a member as a producer',
    params: z.strictObject({ member: MspId }),
    schema: Reputation,
  },
  {
    type: 'fault',
    path: '/v1/faults/{producer}/{sequence}/{receipt}',
    summary: 'A receipt that the members found false, and what that cost',
    params: batch.extend({ receipt: Digest }),
    schema: Fault,
  },
  { type: 'proposal', path: '/v1/proposals/{id}', summary: 'One proposal and its votes', params: id, schema: Proposal },
  { type: 'escrow', path: '/v1/escrows/{id}', summary: 'Money held between two accounts', params: id, schema: Escrow },
  {
    type: 'reward',
    path: '/v1/rewards/{id}',
    summary: 'Money for those whose works a dataset version holds',
    params: id,
    schema: Reward,
  },
  {
    type: 'reward-claim',
    path: '/v1/rewards/{id}/claims/{account}',
    summary: 'What one account has had of a reward',
    params: id.extend({ account: Account }),
    schema: RewardClaim,
  },
  {
    type: 'delta',
    path: '/v1/accounts/{account}/deltas/{transaction}/{number}',
    summary: 'One payment to an account that is not compacted yet',
    params: z.strictObject({
      account: Account,
      transaction: z.string().regex(/^[A-Za-z0-9-]{1,100}$/, 'must be the id of a transaction'),
      number: z.string().regex(/^\d{1,6}$/, 'must be the number of a payment in its transaction'),
    }),
    schema: Delta,
  },
  {
    type: 'cursor',
    path: '/v1/accounts/{account}/claims/{producer}/{model}/{version}',
    summary: 'Up to where an account has claimed what a model version earned with one producer',
    params: z.strictObject({ account: Account, producer: MspId, model: Id, version: VersionInPath }),
    schema: ClaimCursor,
  },
];

/** The parts of a state key, in its order, which is that of the path: numbers stand in it with leading zeros. */
export function keyParts(
  { params, prefix = [] }: { params: z.ZodObject; prefix?: readonly string[] },
  given: Record<string, unknown>,
): string[] {
  const named = Object.keys(params.shape).map((name) => {
    const part = given[name];
    return typeof part === 'number' ? ordinal(part) : String(part);
  });
  return [...prefix, ...named];
}
