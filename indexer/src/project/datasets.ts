import type { DatasetPage, DatasetVersion } from '@llmchain/protocol';
import { datasetNode, licenceNode } from './ids';
import { edgesTo, type Lineage } from './node';

/** A sealed version. Its contents come with its pages, which are written before it. */
export function datasetVersion(record: DatasetVersion): Lineage {
  const { dataset, version } = record;
  const label = `${dataset}@${version}`;
  return { node: { id: datasetNode(record), type: 'dataset', name: dataset, version, label }, edges: [] };
}

export function datasetPage(record: DatasetPage): Lineage {
  const id = datasetNode(record);
  const licences = record.items.flatMap((item) => (item.licence === undefined ? [] : [licenceNode(item.licence)]));
  return {
    edges: [
      ...edgesTo(
        id,
        'contains',
        record.items.map((item) => item.work),
      ),
      ...edgesTo(id, 'relies on', licences),
    ],
  };
}
