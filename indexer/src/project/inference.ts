import type { Batch, Settlement, Signer } from '@llmchain/protocol';
import { batchNode, modelNode, settlementNode, signerNode } from './ids';
import type { Lineage } from './node';

export function signer(record: Signer): Lineage {
  const { signer: name } = record;
  return { node: { id: signerNode(name), type: 'signer', name, label: name }, edges: [] };
}

/** Who verified a batch is in its data: `verifiers` as the record names them, `endorsers` as they signed. */
export function batch(record: Batch): Lineage {
  const { batch: name, state } = record;
  const id = batchNode(name);
  return {
    node: { id, type: 'batch', name, state, label: name },
    edges: [{ from: id, to: modelNode(record), kind: 'produced by' }],
  };
}

export function settlement(record: Settlement): Lineage {
  const id = settlementNode(record.batch);
  return {
    node: { id, type: 'settlement', name: id, state: record.state, label: record.batch },
    edges: [{ from: id, to: batchNode(record.batch), kind: 'settles' }],
  };
}
