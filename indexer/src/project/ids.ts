import type { DatasetRef, ModelRef } from '@llmchain/protocol';

/**
 * Ids of the things in the lineage. A work is its SHA-256, a receipt its 64 hexadecimal digits, an account its name;
 * everything else is its type, a colon and its name, with `@` and the version where it has versions.
 */

export const licenceNode = (licence: string): string => `licence:${licence}`;
export const jobNode = (job: string): string => `job:${job}`;
export const signerNode = (signer: string): string => `signer:${signer}`;
export const datasetNode = (ref: DatasetRef): string => `dataset:${ref.dataset}@${ref.version}`;
export const modelNode = (ref: ModelRef): string => `model:${ref.model}@${ref.version}`;
/** @param batch `<producer>/<sequence>` */
export const batchNode = (batch: string): string => `batch:${batch}`;
export const settlementNode = (batch: string): string => `settlement:${batch}`;
export const claimNode = (payee: string, producer: string, ref: ModelRef): string =>
  `claim:${payee}/${producer}/${ref.model}@${ref.version}`;
/** There is one consortium to a channel. */
export const CONSORTIUM_NODE = 'consortium';
export const proposalNode = (proposal: string): string => `proposal:${proposal}`;
export const aliasNode = (model: string, alias: string): string => `alias:${model}/${alias}`;
export const escrowNode = (escrow: string): string => `escrow:${escrow}`;
export const saleNode = (sale: string): string => `sale:${sale}`;
export const disputeNode = (dispute: string): string => `dispute:${dispute}`;
export const grantNode = (grant: string): string => `grant:${grant}`;
export const erasureNode = (work: string): string => `erasure:${work}`;
export const attestationNode = (work: string, member: string): string => `attestation:${work}/${member}`;
export const resemblanceNode = (first: string, second: string): string => `resemblance:${first}/${second}`;
export const shardNode = (ref: DatasetRef, index: number): string => `shard:${ref.dataset}@${ref.version}/${index}`;
export const holdingNode = (ref: DatasetRef, index: number, member: string): string =>
  `holding:${ref.dataset}@${ref.version}/${index}/${member}`;
export const rewardNode = (reward: string): string => `reward:${reward}`;
export const suspensionNode = (worker: string): string => `suspension:${worker}`;
export const stakeNode = (worker: string): string => `stake:${worker}`;
export const reputationNode = (member: string): string => `reputation:${member}`;
export const faultNode = (batch: string, receipt: string): string => `fault:${batch}/${receipt}`;
/** @param subject parts of the taint's state key */
export const taintNode = (subject: readonly string[]): string => `taint:${subject.join('/')}`;
export const refusalNode = (batch: string, member: string): string => `batch-refusal:${batch}/${member}`;
export const silenceNode = (batch: string, member: string): string => `batch-silence:${batch}/${member}`;
export const reclaimNode = (batch: string, session: string): string => `reclaim:${batch}/${session}`;
