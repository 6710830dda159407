import { canonicalJson, LlmchainError, type ModelEntry, type ModelVersion, type TrainingJob } from '@llmchain/protocol';

/** The version that a new one is made from, and the job that gave it its parameters. */
export interface Parent {
  version: ModelVersion;
  job: TrainingJob;
}

/** What comes from a version whose training is not known to the consortium is not known to it either. */
export function classOf(parent: Pick<ModelVersion, 'class'> | undefined): ModelVersion['class'] {
  return parent?.class ?? 'consortium';
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
  if (canonicalJson(entry.datasets) !== canonicalJson(job.datasets)) {
    throw new LlmchainError('invalid_argument', 'The datasets of a model version are those of its training job.', {
      job: job.datasets,
    });
  }
}

/**
 * That a version was made from the one it names: a fine-tuning begins with the parameters in which the parent's job ended, a
 * quantisation is of the same job.
 * @param member who registers it; nobody builds on another member's candidate
 * @throws {LlmchainError} `wrong_state` for a parent that may not be built on; `digest_mismatch` | `invalid_argument`
 */
export function demandDerived(
  by: NonNullable<ModelEntry['parent']>['by'],
  job: TrainingJob,
  parent: Parent,
  member: string,
): void {
  const { model, version, state, owner } = parent.version;
  if (state === 'revoked' || (state === 'candidate' && owner.member !== member))
    throw new LlmchainError(
      'wrong_state',
      `${model}@${version} is ${state}; nothing is made from it. Name an approved version as the parent.`,
      { model, version, state },
    );
  if (by === 'quantisation' && job.job !== parent.job.job)
    throw new LlmchainError('invalid_argument', 'A quantised version has the training job of its parent.', {
      issues: [{ pointer: '/job', message: `must be ${parent.job.job}` }],
    });
  if (by === 'fine_tuning' && job.initialParameters !== parent.job.result?.parameters)
    throw new LlmchainError(
      'digest_mismatch',
      `Training job ${job.job} did not begin with the parameters of ${model}@${version}. Name the version that it began with.`,
      { began: job.initialParameters, parent: parent.job.result?.parameters ?? null },
    );
}
