import type { ModelVersion, TrainingJob } from '@llmchain/protocol';
import { datasetNode, jobNode, modelNode } from './ids';
import { edgesTo, type Lineage } from './node';

export function job(record: TrainingJob): Lineage {
  const id = jobNode(record.job);
  return {
    node: { id, type: 'job', name: record.job, state: record.state, label: record.job },
    edges: edgesTo(id, 'trained on', record.datasets.map(datasetNode)),
  };
}

/** How a version was made from its parent, as the edge between them says it. */
const MADE = { fine_tuning: 'fine-tuned from', quantisation: 'quantised from' } as const;

export function model(record: ModelVersion): Lineage {
  const { model: name, version, state } = record;
  const id = modelNode(record);
  return {
    node: { id, type: 'model', name, version, state, label: `${name}@${version}` },
    edges: [
      ...edgesTo(id, 'trained by', record.job === undefined ? [] : [jobNode(record.job)]),
      ...edgesTo(id, 'trained on', (record.datasets ?? []).map(datasetNode)),
      ...(record.parent ? [{ from: id, to: modelNode(record.parent), kind: MADE[record.parent.by] }] : []),
    ],
  };
}
