import type { Attestation, Erasure, Grant } from '@llmchain/protocol';
import { attestationNode, datasetNode, erasureNode, grantNode } from './ids';
import { edgesTo, type Lineage } from './node';

export function grant({ grant: name, subject, state, grantee }: Grant): Lineage {
  const id = grantNode(name);
  return {
    node: { id, type: 'grant', name, state, label: grantee },
    edges: edgesTo(id, 'opens', [subject.kind === 'work' ? subject.work : datasetNode(subject)]),
  };
}

export function erasure({ work }: Erasure): Lineage {
  const id = erasureNode(work);
  return { node: { id, type: 'erasure', name: work, label: work }, edges: edgesTo(id, 'erases', [work]) };
}

export function attestation({ work, member, outcome }: Attestation): Lineage {
  const id = attestationNode(work, member);
  return {
    node: { id, type: 'attestation', name: `${work}/${member}`, state: outcome, label: member },
    edges: edgesTo(id, 'attests', [erasureNode(work)]),
  };
}
