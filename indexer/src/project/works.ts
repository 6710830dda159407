import type { Licence, Work } from '@llmchain/protocol';
import { artistNode, licenceNode } from './ids';
import { edgesTo, type Lineage } from './node';

export function work(record: Work): Lineage {
  const id = record.sha256;
  return {
    node: { id, type: 'work', name: id, label: record.title },
    edges: [
      ...edgesTo(
        id,
        'created by',
        record.creators.map((creator) => artistNode(record.owner.member, creator.person)),
      ),
      ...(record.derivedFrom === undefined ? [] : [{ from: id, to: record.derivedFrom, kind: 'derived from' }]),
    ],
  };
}

export function licence(record: Licence): Lineage {
  const id = licenceNode(record.licence);
  return {
    node: { id, type: 'licence', name: record.licence, state: record.state, label: record.licence },
    edges: edgesTo(id, 'licenses', record.works),
  };
}
