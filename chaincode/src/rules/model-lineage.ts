import {
  canonicalJson,
  LlmchainError,
  type Consortium,
  type External,
  type ModelEntry,
  type ModelVersion,
  type TrainingJob,
} from '@llmchain/protocol';

/** The version that a new one is made from, and the job that gave it its parameters, where it was trained here. */
export interface Parent {
  version: ModelVersion;
  job: TrainingJob | undefined;
}

/** What comes from a version whose training is not known to the consortium is not known to it either. */
export function classOf(
  entry: Pick<ModelEntry, 'external'>,
  parent: Pick<ModelVersion, 'class'> | undefined,
): ModelVersion['class'] {
  return entry.external ? 'external' : (parent?.class ?? 'consortium');
}

/**
 * That the members admit versions of this class.
 * @throws {LlmchainError} `not_authorised` while they forbid what comes from outside
 */
export function demandAdmitted(
  { model, version, class: of }: Pick<ModelVersion, 'model' | 'version' | 'class'>,
  { externalModels }: Pick<Consortium, 'externalModels'>,
): void {
  if (of === 'consortium' || externalModels !== 'forbidden') return;
  throw new LlmchainError(
    'not_authorised',
    `The members forbid models from outside, and ${model}@${version} is one or was made from one. Propose a policy with "externalModels": "allowed", or train a version here.`,
    { model, version, class: of, externalModels },
  );
}

/**
 * That a version is what its job made of the same data.
 * @throws {LlmchainError} `wrong_state` for a job that is not completed, `invalid_argument` for other datasets
 */
export function demandTrained(entry: Pick<ModelEntry, 'datasets'>, job: TrainingJob): void {
  if (job.state !== 'completed')
    throw new LlmchainError('wrong_state', `Training job ${job.job} is ${job.state}; complete it first.`, {
      job: job.job,
    });
  if (canonicalJson(entry.datasets ?? []) !== canonicalJson(job.datasets)) {
    throw new LlmchainError('invalid_argument', 'The datasets of a model version are those of its training job.', {
      job: job.datasets,
    });
  }
}

/**
 * That a parent may be built on by this member.
 * @param member who registers what is made from it; nobody builds on another member's candidate
 * @throws {LlmchainError} `wrong_state`
 */
export function demandParent({ model, version, state, owner }: ModelVersion, member: string): void {
  if (state !== 'revoked' && (state !== 'candidate' || owner.member === member)) return;
  throw new LlmchainError(
    'wrong_state',
    `${model}@${version} is ${state}; nothing is made from it. Name an approved version as the parent.`,
    { model, version, state },
  );
}

/**
 * That a version with a training job was made from the one it names: a fine-tuning begins with the parameters in which the
 * parent's job ended, or which a parent from outside came with; a quantisation is of the same job.
 * @throws {LlmchainError} `digest_mismatch` | `invalid_argument`
 */
export function demandDerived(by: NonNullable<ModelEntry['parent']>['by'], job: TrainingJob, parent: Parent): void {
  const { model, version, modelParamsAddress } = parent.version;
  if (by === 'quantisation' && job.job !== parent.job?.job)
    throw new LlmchainError('invalid_argument', 'A quantised version has the training job of its parent.', {
      issues: [
        { pointer: '/job', message: parent.job ? `must be ${parent.job.job}` : 'must not be there, as in the parent' },
      ],
    });
  const ended = parent.job ? parent.job.result?.parameters : modelParamsAddress.replace('sha256/', '');
  if (by === 'fine_tuning' && job.initialParameters !== ended)
    throw new LlmchainError(
      'digest_mismatch',
      `Training job ${job.job} did not begin with the parameters of ${model}@${version}. Name the version that it began with.`,
      { began: job.initialParameters, parent: ended ?? null },
    );
}

/**
 * That a version from outside which names a parent is the same model: from the same file, under the same licence.
 * @throws {LlmchainError} `invalid_argument` for a parent that was trained here, or is another
 */
export function demandSameOrigin(
  { conversion: _, ...origin }: External,
  { external, model, version }: ModelVersion,
): void {
  const { conversion: __, ...parent } = external ?? {};
  if (canonicalJson(origin) === canonicalJson(parent)) return;
  throw new LlmchainError(
    'invalid_argument',
    `A quantised version says of its origin what its parent ${model}@${version} says. Take it from there.`,
    { issues: [{ pointer: '/external', message: 'must be that of the parent, but for the conversion' }], parent },
  );
}
