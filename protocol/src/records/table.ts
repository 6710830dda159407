import { Alias, AliasValue } from './alias';
import { BatchRefusal, BatchSilence } from './batch-refusal';
import { Balance, ClaimCursor, Delta, Escrow } from './credits';
import { DataNode } from './data-node';
import { Dataset, DatasetPage, DatasetVersion } from './dataset';
import { Batch, BatchMark, Debit, Reclaim, Session, Settlement, Signer } from './inference';
import { Fault } from './fault';
import { Consortium, Operation } from './members';
import { ModelVersion } from './model';
import { ModelAccess } from './model-access';
import { ModelKey, WrappingKey } from './model-key';
import { Dispute } from './dispute';
import { Attestation, Erasure } from './erasure';
import { Grant } from './grant';
import { Reward, RewardClaim } from './reward';
import { Holding, Shard } from './shard';
import { Proposal } from './motion';
import { Resemblance } from './resemblance';
import { Sale } from './sale';
import { Reputation, Stake } from './stake';
import { Suspension } from './suspension';
import { Taint } from './taint';
import { TrainingJob } from './training';
import { Epoch, Licence, Work } from './work';

/**
 * Every type of record, under the first part of its state key. The other parts, in order:
 * consortium – · proposal id · operation member, operationId · work sha256 · licence id · epoch grantor ·
 * dataset id · dataset-version id, ordinal · dataset-page id, ordinal version, ordinal index · job id ·
 * model, model-access id, ordinal version · alias model, alias · alias-value model, alias, ordinal · signer id · session id · batch, settlement, batch-mark producer, ordinal sequence ·
 * debit, reclaim producer, ordinal sequence, session · balance account · delta account, transaction, number ·
 * cursor payee, producer, model, ordinal version · escrow id · sale id · dispute id ·
 * taint dataset, id, ordinal version; job, id; model, id, ordinal version · grant id · erasure work sha256 ·
 * attestation work sha256, member · resemblance work sha256, work sha256 ·
 * shard dataset, ordinal version, ordinal index ·
 * data-node member, node · holding dataset, ordinal version, ordinal index, member · reward id · reward-claim reward, payee ·
 * model-key model, ordinal version, member, worker · wrapping-key member, worker ·
 * stake, suspension worker · reputation member · fault producer, ordinal sequence, receipt ·
 * batch-refusal, batch-silence producer, ordinal sequence, member
 */
export const RECORDS = {
  consortium: Consortium,
  proposal: Proposal,
  operation: Operation,
  work: Work,
  licence: Licence,
  epoch: Epoch,
  dataset: Dataset,
  'dataset-version': DatasetVersion,
  'dataset-page': DatasetPage,
  job: TrainingJob,
  model: ModelVersion,
  'model-access': ModelAccess,
  'model-key': ModelKey,
  'wrapping-key': WrappingKey,
  alias: Alias,
  'alias-value': AliasValue,
  signer: Signer,
  session: Session,
  batch: Batch,
  settlement: Settlement,
  debit: Debit,
  reclaim: Reclaim,
  'batch-mark': BatchMark,
  balance: Balance,
  delta: Delta,
  cursor: ClaimCursor,
  escrow: Escrow,
  sale: Sale,
  dispute: Dispute,
  taint: Taint,
  grant: Grant,
  erasure: Erasure,
  attestation: Attestation,
  resemblance: Resemblance,
  'data-node': DataNode,
  shard: Shard,
  holding: Holding,
  reward: Reward,
  'reward-claim': RewardClaim,
  stake: Stake,
  suspension: Suspension,
  reputation: Reputation,
  fault: Fault,
  'batch-refusal': BatchRefusal,
  'batch-silence': BatchSilence,
} as const;

export type RecordType = keyof typeof RECORDS;
export type RecordOf<T extends RecordType> = (typeof RECORDS)[T]['_zod']['output'];

export function isRecordType(type: string): type is RecordType {
  return Object.hasOwn(RECORDS, type);
}
