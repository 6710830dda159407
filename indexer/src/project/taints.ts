import { taintKey, type Taint, type TaintCause } from '@llmchain/protocol';
import { datasetNode, jobNode, modelNode, taintNode } from './ids';
import { edgesTo, type Lineage } from './node';

/** What is tainted, and over which edge of the lineage the taint came. */
export function taint(record: Taint): Lineage {
  const key = taintKey(record.subject);
  const id = taintNode(key);
  const label = record.cause.kind === 'work' ? record.cause.reason : `by its ${record.cause.kind}`;
  return {
    node: { id, type: 'taint', name: key.join('/'), state: record.state, label },
    edges: [...edgesTo(id, 'taints', [nodeOf(record.subject)]), ...edgesTo(id, 'because of', [nodeOf(record.cause)])],
  };
}

function nodeOf(thing: TaintCause): string {
  switch (thing.kind) {
    case 'work':
      return thing.work;
    case 'dataset':
      return datasetNode(thing);
    case 'job':
      return jobNode(thing.job);
    case 'model':
      return modelNode(thing);
  }
}
