import { LlmchainError, ordinal, type Batch, type BatchRef } from '@llmchain/protocol';
import type { Ledger } from '../ports/ledger';
import type { Place } from './transact';

/** How often it is tried by whom the batch names. */
const ATTEMPTS = 3;

/**
 * Submits what may be asked of a batch without a verdict, endorsed by as many of its electorate as it needs; others are
 * asked while some are away. When another decision of the batch or a rotation is in the same block, Fabric refuses it
 * for its endorsements, whoever they are of: then it is asked again of those whom the batch names now.
 * @param order the electorate, those first who are to be asked first
 * @throws {LlmchainError} `not_found`, what they say, or `unavailable` when too few answer
 */
export async function throughElectorate(
  ledger: Ledger,
  name: 'inference:expireBatch' | 'inference:rotateBatch',
  { producer, sequence }: BatchRef,
  order: (batch: Batch) => readonly string[],
): Promise<Batch & Place> {
  for (let attempt = 1; ; attempt++) {
    const batch = await ledger.get('batch', producer, ordinal(sequence));
    try {
      return await endorsedBySome(ledger, name, batch, order(batch));
    } catch (error) {
      const overtaken = error instanceof LlmchainError && error.code === 'quorum_not_reached';
      if (!overtaken || attempt === ATTEMPTS) throw error;
    }
  }
}

async function endorsedBySome(
  ledger: Ledger,
  name: 'inference:expireBatch' | 'inference:rotateBatch',
  { producer, sequence, needed }: Batch,
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
