import type { RecordOf, RecordType } from '@llmchain/protocol';
import { attestation, erasure, grant } from './access';
import {
  batch,
  batchRefusal,
  batchSilence,
  fault,
  reputation,
  settlement,
  signer,
  stake,
  suspension,
} from './inference';
import { claim, escrow, reclaim, reward, rewardClaim } from './credits';
import { datasetPage, datasetVersion } from './datasets';
import { alias, consortium, proposal } from './decisions';
import { job, model } from './models';
import type { Lineage } from './node';
import { holding, shard } from './shards';
import { taint } from './taints';
import { dispute, licence, resemblance, sale, work } from './works';

/** Which records have a place in the lineage, and what they say there. All others are kept as writes only. */
const READERS: { readonly [T in RecordType]?: (record: RecordOf<T>) => Lineage } = {
  work,
  licence,
  sale,
  resemblance,
  dispute,
  taint,
  grant,
  erasure,
  attestation,
  'dataset-version': datasetVersion,
  'dataset-page': datasetPage,
  shard,
  holding,
  job,
  model,
  signer,
  batch,
  settlement,
  stake,
  suspension,
  reputation,
  fault,
  'batch-refusal': batchRefusal,
  'batch-silence': batchSilence,
  cursor: claim,
  escrow,
  reward,
  'reward-claim': rewardClaim,
  reclaim,
  alias,
  proposal,
  consortium,
};

/** @returns undefined for a type that has no place in the lineage */
export function lineageReader(type: RecordType): ((record: unknown) => Lineage) | undefined {
  return READERS[type] as ((record: unknown) => Lineage) | undefined;
}
