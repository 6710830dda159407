import { LlmchainError } from '@llmchain/protocol';
import type { Lineage } from '../../gateway/src/ports/lineage';

type Transaction = NonNullable<Awaited<ReturnType<Lineage['transaction']>>>;
type Receipt = Parameters<Lineage['putReceipts']>[0][number];

/** An index that knows of receipts what it is told, and of every transaction who would have endorsed it. */
export class TestLineage implements Lineage {
  readonly receipts = new Map<string, Receipt>();
  endorsers: string[] = [];
  asked: unknown[] = [];

  height(): { block: number; time: number } {
    return { block: 7, time: 1_700_000_000_000 };
  }

  waitFor(block: number): Promise<void> {
    if (block <= this.height().block) return Promise.resolve();
    return Promise.reject(new LlmchainError('not_yet_indexed', 'not yet', { block }));
  }

  trace: Lineage['trace'] = (root, options) => {
    this.asked.push({ root, ...options });
    const { direction } = options;
    return Promise.resolve({ root, direction, nodes: [], edges: [], gaps: [], asOf: this.height(), complete: true });
  };

  transaction(): Promise<Transaction> {
    const answer = { block: 1, function: '', creator: '', endorsers: this.endorsers, time: 1_700_000_000_000 };
    return Promise.resolve(answer);
  }

  putReceipts(receipts: readonly Receipt[]): Promise<void> {
    for (const receipt of receipts) this.receipts.set(receipt.id, { ...this.receipts.get(receipt.id), ...receipt });
    return Promise.resolve();
  }
}
