import { LlmchainError, ordinal, type Batch, type BatchRef } from '@llmchain/protocol';
import type { Ledger } from '../ports/ledger';
import type { Place } from './transact';

/** What may be asked of a batch without a verdict. */
type Undecided = 'inference:expireBatch' | 'inference:rotateBatch';

/** How often it is asked for, each time of those whom the batch names then. */
const ATTEMPTS = 3;

/**
 * Submits it, endorsed by as many of the batch's electorate as it needs. When a rotation or a decision of the batch is in the
 * same block, Fabric refuses it for its endorsements, whoever they are of: then it is asked for again.
 * @param order the electorate, those first who are to be asked first
 * @throws {LlmchainError} `not_found`, what they say, `unavailable` when too few answer, or `quorum_not_reached` when it was
 * overtaken each time
 */
export async function throughElectorate(
  ledger: Ledger,
  name: Undecided,
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

/** Others are asked while some are away. */
async function endorsedBySome(
  ledger: Ledger,
  name: Undecided,
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
