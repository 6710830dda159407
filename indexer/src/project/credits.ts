import type { ClaimCursor } from '@llmchain/protocol';
import { claimNode, modelNode } from './ids';
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
