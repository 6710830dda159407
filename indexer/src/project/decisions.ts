import type { Alias, Consortium, Motion, Proposal } from '@llmchain/protocol';
import { aliasNode, CONSORTIUM_NODE, escrowNode, modelNode, proposalNode } from './ids';
import type { EdgeDraft, Lineage } from './node';

/** The members and their terms; what they were is what they were as of a block. */
export function consortium(record: Consortium): Lineage {
  const label = record.members.map(({ name }) => name).join(', ');
  return { node: { id: CONSORTIUM_NODE, type: 'consortium', name: CONSORTIUM_NODE, label }, edges: [] };
}

export function proposal(record: Proposal): Lineage {
  const id = proposalNode(record.proposal);
  const { motion, state } = record;
  const label = `${record.proposal} (${motion.kind})`;
  return { node: { id, type: 'proposal', name: id, state, label }, edges: subject(id, motion) };
}

/** Where an alias points. Where it pointed is what it was as of a block; `null` is nowhere. */
export function alias(record: Alias): Lineage {
  const { model, alias: name, version } = record;
  const id = aliasNode(model, name);
  const label = `${model} ${name}${version === null ? '' : ` = ${model}@${version}`}`;
  return {
    node: { id, type: 'alias', name: id, label },
    edges: [
      ...(version === null ? [] : [{ from: id, to: modelNode({ model, version }), kind: 'points at' }]),
      { from: id, to: proposalNode(record.proposal), kind: 'decided by' },
    ],
  };
}

/** What a motion is about, where that has a place in the lineage. */
function subject(from: string, motion: Motion): EdgeDraft[] {
  switch (motion.kind) {
    case 'alias':
      return motion.version === null
        ? []
        : [{ from, to: modelNode({ model: motion.model, version: motion.version }), kind: 'decides on' }];
    case 'retire':
    case 'revoke':
      return [{ from, to: modelNode(motion), kind: 'decides on' }];
    case 'arbitrate':
      return [{ from, to: escrowNode(motion.escrow), kind: 'decides on' }];
    default:
      return [];
  }
}
