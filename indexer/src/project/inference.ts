import type {
  Batch,
  BatchRefusal,
  BatchSilence,
  Fault,
  Reputation,
  Settlement,
  Signer,
  Stake,
  Suspension,
} from '@llmchain/protocol';
import {
  batchNode,
  faultNode,
  modelNode,
  proposalNode,
  refusalNode,
  reputationNode,
  settlementNode,
  signerNode,
  silenceNode,
  stakeNode,
  suspensionNode,
} from './ids';
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

export function stake({ worker, owner }: Stake): Lineage {
  const id = stakeNode(worker);
  return {
    node: { id, type: 'stake', name: id, label: worker },
    edges: [
      { from: id, to: signerNode(worker), kind: 'vouches for' },
      { from: id, to: `member:${owner.member}`, kind: 'paid by' },
    ],
  };
}

/** When a worker was suspended, and by which votes. */
export function suspension({ worker, periods }: Suspension): Lineage {
  const id = suspensionNode(worker);
  const open = periods.at(-1)?.until === undefined;
  const votes = new Set(periods.flatMap(({ proposal, reinstated }) => [proposal, ...(reinstated ? [reinstated] : [])]));
  return {
    node: { id, type: 'suspension', name: id, state: open ? 'suspended' : 'reinstated', label: worker },
    edges: [
      { from: id, to: signerNode(worker), kind: 'suspends' },
      ...[...votes].map((vote) => ({ from: id, to: proposalNode(vote), kind: 'decided by' })),
    ],
  };
}

export function reputation({ member }: Reputation): Lineage {
  const id = reputationNode(member);
  return { node: { id, type: 'reputation', name: id, label: member }, edges: [] };
}

/** What was false, and which stake it cost. */
export function fault({ batch: of, id: receipt, worker, reason }: Fault): Lineage {
  const id = faultNode(of, receipt);
  return {
    node: { id, type: 'fault', name: id, label: `${reason} in ${of}` },
    edges: [
      { from: id, to: batchNode(of), kind: 'found in' },
      { from: id, to: signerNode(worker), kind: 'slashes' },
    ],
  };
}

/** Whose verifier found what wrong with a batch. */
export function batchRefusal({ batch: of, member, reason, state }: BatchRefusal): Lineage {
  const id = refusalNode(of, member);
  return {
    node: { id, type: 'batch-refusal', name: id, state, label: `${reason} in ${of}, by ${member}` },
    edges: [{ from: id, to: batchNode(of), kind: 'refuses' }],
  };
}

export function batchSilence({ batch: of, member }: BatchSilence): Lineage {
  const id = silenceNode(of, member);
  return {
    node: { id, type: 'batch-silence', name: id, label: `${member} had no verdict on ${of}` },
    edges: [{ from: id, to: batchNode(of), kind: 'silent on' }],
  };
}
