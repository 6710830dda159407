import { LlmchainError, type Batch } from '@llmchain/protocol';
import type { Ledger } from '../ports/ledger';
import type { Place } from './transact';

/**
 * Submits what may be asked of a batch without a verdict, endorsed by as many of its electorate as it needs; others are
 * asked while some are away.
 * @param order the electorate, those first who are to be asked first
 * @throws {LlmchainError} what they say, or `unavailable` when too few answer
 */
export async function throughElectorate(
  ledger: Ledger,
  name: 'inference:expireBatch' | 'inference:rotateBatch',
  { producer, sequence, needed }: Pick<Batch, 'producer' | 'sequence' | 'needed'>,
  order: readonly string[],
): Promise<Batch & Place> {
  for (let turn = 0; ; turn++) {
    const endorsers = [...order.slice(turn), ...order.slice(0, turn)].slice(0, needed);
    try {
      const { result, transaction, block } = await ledger.submit(name, { producer, sequence }, { endorsers });
      return { ...result, transaction, block };
    } catch (error) {
      const away = error instanceof LlmchainError && error.code === 'unavailable';
      if (!away || turn >= order.length - 1) throw error;
    }
  }
}
