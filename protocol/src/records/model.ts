import { z } from 'zod';
import { TensorSpec } from '../inference/tensor';
import { Address, BasisPoints, Digest, Id, Line, Micro, MspId, Version } from '../schema/scalars';
import { DatasetRef, ModelRef, Owner, stamps } from './common';
import { External } from './external';
import { FingerprintTolerance, Precision, ShortfallDistribution } from './verification';

/** One file of a model folder. */
export const ModelFile = z.strictObject({
  path: z
    .string()
    .max(200)
    .regex(
      /^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[A-Za-z0-9_][A-Za-z0-9_./-]*$/,
      'must be a relative path without dot segments',
    ),
  /** Of the plaintext: what consent, receipts and verifiers name. */
  sha256: Digest,
  bytes: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
  /** Digest and size of the file as it is sealed, where the version's files are: this is what members send each other. */
  sealed: z.strictObject({ sha256: Digest, bytes: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER) }).optional(),
});
export type ModelFile = z.infer<typeof ModelFile>;

/** What a model does; a version that says nothing generates text. All but text are checked by running them again. */
export const Task = z.enum(['text_generation', 'embedding', 'text_classification', 'image_classification', 'tensor']);
export type Task = z.infer<typeof Task>;

/** The tensors that a model takes and gives, in their order, and what the last axis of its first output stands for. */
export const Signature = z.strictObject({
  inputs: z.array(TensorSpec).min(1).max(16),
  outputs: z.array(TensorSpec).min(1).max(16),
  labels: z.array(Line).min(1).max(1_000).optional(),
});
export type Signature = z.infer<typeof Signature>;

/**
 * Price of one request, all in micro-credits. What counts as a prompt token is a token of text, an element of a tensor, or
 * an image; tensors that are given cost nothing more.
 */
export const Prices = z.strictObject({ request: Micro, promptToken: Micro, completionToken: Micro });
export type Prices = z.infer<typeof Prices>;

/**
 * How outputs are checked: at each position the claimed token's perturbed logit may fall short of the verifier's best
 * by at most `marginMicro` millionths; `sampleRate` of a batch's receipts are re-executed. The figures come from calibration.
 */
export const Verification = z.strictObject({
  marginMicro: z.number().int().min(0).max(100_000_000),
  sampleRate: BasisPoints.min(1),
  /** With it answers are verified in statistical mode, without it exactly. */
  statistical: ShortfallDistribution.optional(),
  /** With it receipts carry fingerprints of the last hidden states, without it none. */
  fingerprints: FingerprintTolerance.optional(),
  /**
   * For models whose answers are tensors: how far an output may be from the verifier's, in millionths. `cosineMicro` is
   * what the cosine of a row may lack of 1, `maxAbsMicro` what an element may differ by.
   */
  rerun: z
    .strictObject({
      cosineMicro: z.number().int().min(0).max(1_000_000),
      maxAbsMicro: z.number().int().min(0).max(100_000_000),
    })
    .optional(),
});
export type Verification = z.infer<typeof Verification>;

/** The artists' pool of a model version: root over its entries, the sum of their shares, and where the table lies. */
export const RoyaltyTableRef = z.strictObject({
  root: Digest,
  address: Address,
  total: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
  entries: z.number().int().min(1),
});
export type RoyaltyTableRef = z.infer<typeof RoyaltyTableRef>;

/** How a fee is cut, in basis points that sum to 10,000. */
export const FeePolicy = z
  .strictObject({
    operator: BasisPoints,
    verifiers: BasisPoints,
    modelOwner: BasisPoints,
    dataContributors: BasisPoints,
    artists: BasisPoints,
  })
  .refine((policy) => Object.values(policy).reduce((sum, part) => sum + part, 0) === 10_000, 'must sum to 10,000');
export type FeePolicy = z.infer<typeof FeePolicy>;

/** The version that another was made from: trained on from its parameters, or the same with its weights rounded. */
export const ModelParent = ModelRef.extend({ by: z.enum(['fine_tuning', 'quantisation']) });
export type ModelParent = z.infer<typeof ModelParent>;

/**
 * A model version as its owner registers it. Its lineage is told one way or the other ({@link oneLineage}): by the job that
 * trained it, the job's datasets and the table of who earns by them, or as `external` with none of these.
 */
export const ModelEntry = z.strictObject({
  model: Id,
  version: Version,
  title: Line,
  task: Task.optional(),
  /** Of every model that does not generate text. */
  signature: Signature.optional(),
  parent: ModelParent.optional(),
  job: Id.optional(),
  datasets: z.array(DatasetRef).min(1).max(16).optional(),
  external: External.optional(),
  /** `sha256/` and the digest of the file with the parameters. */
  modelParamsAddress: Address,
  /** Digest of the manifest: the canonical JSON of `files` sorted by path. */
  manifest: Digest,
  files: z.array(ModelFile).min(1).max(100),
  /** Of a sealed version: the members whose workers may be given its key beside the owner's; every member's when left out. */
  pool: z.array(MspId).min(1).max(100).optional(),
  format: z.literal('onnx'),
  precision: Precision,
  contextTokens: z.number().int().min(1).max(10_000_000),
  prices: Prices,
  verification: Verification,
  royalty: RoyaltyTableRef.optional(),
});
export type ModelEntry = z.infer<typeof ModelEntry>;

/** What a version from outside does not have, and every other one has. */
type Trained = 'job' | 'datasets' | 'royalty';

/**
 * A refinement of entries: a version has been trained here, and then has all of `fields`, or is external, and has none. One
 * from outside may be made from another only by rounding its weights: what is trained on has a job.
 */
export function oneLineage(fields: readonly Trained[]) {
  return (entry: Partial<Pick<ModelEntry, Trained | 'external' | 'parent'>>, context: z.RefinementCtx): void => {
    const issue = (path: string[], message: string) => {
      context.addIssue({ code: 'custom', path, message });
    };
    for (const field of fields) {
      if (entry.external && entry[field]) issue([field], 'must not be there beside `external`');
      if (!entry.external && !entry[field]) issue([field], 'must be there, or `external` in its place');
    }
    if (entry.external && entry.parent?.by === 'fine_tuning')
      issue(['parent', 'by'], 'must be quantisation for a version without a training job');
  };
}

export const ModelVersion = ModelEntry.extend({
  schema: z.literal('model-version/1'),
  /** `external` where what it was trained on, or a version that it was made from, is known outside the consortium alone. */
  class: z.enum(['consortium', 'external']),
  state: z.enum(['candidate', 'approved', 'retired', 'revoked']),
  approvals: z.array(MspId),
  /** Frozen with the royalty table when the version is approved. */
  fees: FeePolicy.optional(),
  owner: Owner,
  ...stamps,
});
export type ModelVersion = z.infer<typeof ModelVersion>;

/** What a version does. */
export function taskOf({ task }: Pick<ModelEntry, 'task'>): Task {
  return task ?? 'text_generation';
}
