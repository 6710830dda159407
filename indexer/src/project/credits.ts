import type { ClaimCursor, Escrow, Reclaim, Reward, RewardClaim } from '@llmchain/protocol';
import { claimNode, datasetNode, escrowNode, modelNode, reclaimNode, rewardNode, settlementNode } from './ids';
import type { Lineage } from './node';

/** What an account has claimed of what one model version earned with one producer. */
export function claim(record: ClaimCursor): Lineage {
  const id = claimNode(record.payee, record.producer, record);
  return {
    node: { id, type: 'claim', name: id, label: `${record.payee} of ${record.model}@${record.version}` },
    edges: [
      { from: id, to: modelNode(record), kind: 'earned from' },
      { from: id, to: record.payee, kind: 'paid to' },
    ],
  };
}

/** Money held between two accounts. Whether it was released or refunded is its state. */
export function escrow(record: Escrow): Lineage {
  const { escrow: label, payer, payee, state } = record;
  const id = escrowNode(label);
  return {
    node: { id, type: 'escrow', name: id, state, label },
    edges: [
      { from: id, to: payer, kind: 'paid by' },
      { from: id, to: payee, kind: 'held for' },
    ],
  };
}

/** Money for those whose works a dataset version holds. Whether what was left went back is its state. */
export function reward(record: Reward): Lineage {
  const { reward: name, payer, state } = record;
  const id = rewardNode(name);
  return {
    node: { id, type: 'reward', name, state, label: `${name} for ${record.dataset}@${record.version}` },
    edges: [
      { from: id, to: datasetNode(record), kind: 'rewards' },
      { from: id, to: payer, kind: 'paid by' },
    ],
  };
}

/** What a payee has had of a reward. */
export function rewardClaim(record: RewardClaim): Lineage {
  const { reward: name, payee } = record;
  const id = `reward-claim:${name}/${payee}`;
  return {
    node: { id, type: 'reward-claim', name: id, label: `${payee} of ${name}` },
    edges: [
      { from: id, to: rewardNode(name), kind: 'earned from' },
      { from: id, to: payee, kind: 'paid to' },
    ],
  };
}

/** That what a batch had drawn from a session went back into it, since the batch was rejected or expired. */
export function reclaim(record: Reclaim): Lineage {
  const { batch, session: to } = record;
  const id = reclaimNode(batch, to);
  return {
    node: { id, type: 'reclaim', name: id, label: `${batch} to ${to}` },
    edges: [{ from: id, to: settlementNode(batch), kind: 'takes back' }],
  };
}
