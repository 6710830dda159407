import { z } from 'zod';
import { REFUSALS } from '../consent/consent';
import { ordinal } from '../keys/composite';
import { Digest, Id } from '../schema/scalars';
import { DatasetRef, ModelRef, Owner, stamps } from './common';
import type { ModelVersion } from './model';
import type { TrainingJob } from './training';

/** What may be tainted: anything that rests on works. */
export const TaintSubject = z.discriminatedUnion('kind', [
  DatasetRef.extend({ kind: z.literal('dataset') }),
  z.strictObject({ kind: z.literal('job'), job: Id }),
  ModelRef.extend({ kind: z.literal('model') }),
]);
export type TaintSubject = z.infer<typeof TaintSubject>;

/** The edge that a taint came over: a work that may no longer be used, or something tainted before. */
export const TaintCause = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('work'), work: Digest, reason: z.enum(REFUSALS) }),
  ...TaintSubject.options,
]);
export type TaintCause = z.infer<typeof TaintCause>;

/** That consent behind something no longer stands. Lifted when it stands again. */
export const Taint = z.strictObject({
  schema: z.literal('taint/1'),
  subject: TaintSubject,
  cause: TaintCause,
  state: z.enum(['tainted', 'lifted']),
  /** Whose the tainted thing is. */
  owner: Owner,
  ...stamps,
});
export type Taint = z.infer<typeof Taint>;

/** The parts of a taint's state key. */
export function taintKey(subject: TaintSubject): string[] {
  switch (subject.kind) {
    case 'dataset':
      return ['dataset', subject.dataset, ordinal(subject.version)];
    case 'job':
      return ['job', subject.job];
    case 'model':
      return ['model', subject.model, ordinal(subject.version)];
  }
}

export const datasetSubject = ({ dataset, version }: DatasetRef): TaintSubject => ({
  kind: 'dataset',
  dataset,
  version,
});

export const jobSubject = ({ job }: Pick<TrainingJob, 'job'>): TaintSubject => ({ kind: 'job', job });

export const modelSubject = ({ model, version }: ModelRef): TaintSubject => ({ kind: 'model', model, version });

/** What a training job rests on: its datasets. */
export function sourcesOfJob({ datasets }: Pick<TrainingJob, 'datasets'>): TaintSubject[] {
  return datasets.map(datasetSubject);
}

/** What a model version rests on: its datasets, its job, and the version that it was made from, where it has them. */
export function sourcesOfModel({
  datasets,
  job,
  parent,
}: Pick<ModelVersion, 'datasets' | 'job' | 'parent'>): TaintSubject[] {
  return [
    ...(datasets ?? []).map(datasetSubject),
    ...(job === undefined ? [] : [jobSubject({ job })]),
    ...(parent ? [modelSubject(parent)] : []),
  ];
}
