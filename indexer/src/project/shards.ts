import type { Holding, Shard } from '@llmchain/protocol';
import { datasetNode, holdingNode, shardNode } from './ids';
import type { Lineage } from './node';

/** A file of some pages of a dataset version; where it is placed stands in its data. */
export function shard(record: Shard): Lineage {
  const id = shardNode(record, record.index);
  return {
    node: { id, type: 'shard', name: record.digest, label: `${record.dataset}@${record.version}/${record.index}` },
    edges: [{ from: id, to: datasetNode(record), kind: 'part of' }],
  };
}

/** What a member says of its copy. */
export function holding(record: Holding): Lineage {
  const { member, state, index } = record;
  const id = holdingNode(record, index, member);
  return {
    node: {
      id,
      type: 'holding',
      name: member,
      state,
      label: `${record.dataset}@${record.version}/${index} at ${member}`,
    },
    edges: [{ from: id, to: shardNode(record, index), kind: 'copy of' }],
  };
}
