import type { Batch } from '../records/inference';
import type { SignedReceipt } from './receipt';

/**
 * Whose stake answers for a receipt: its worker's, or where that is none of the batch's, since a receipt may name anybody,
 * that of the first worker that the producer named.
 */
export function culprit({ workers }: Pick<Batch, 'workers'>, receipt: SignedReceipt): string {
  const { worker } = receipt.body;
  return (workers.find((one) => one.worker === worker) ?? workers[0]!).worker;
}
