/** What stopped a training run; each means that the caller has to change the job or its data. */
export type TrainingErrorCode = 'invalid_argument' | 'dataset_too_small' | 'diverged';

/** A training run that cannot start or go on, with the values that stood in the way. */
export class TrainingError extends Error {
  override readonly name = 'TrainingError';

  constructor(
    readonly code: TrainingErrorCode,
    message: string,
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}
