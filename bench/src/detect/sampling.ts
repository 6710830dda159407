import { drawSample, sampleSize } from '@llmchain/inference-workers';

/** A batch of so many receipts, of which some are tampered with, and its version's sample rate in basis points. */
export interface Sampled {
  receipts: number;
  tampered: number;
  rate: number;
}

/** Probability that a sample without replacement holds one of the tampered receipts at least: hypergeometric. */
export function predicted({ receipts, tampered, rate }: Sampled): number {
  const size = sampleSize(receipts, rate);
  let none = 1;
  for (let drawn = 0; drawn < size; drawn++) none *= Math.max(0, receipts - tampered - drawn) / (receipts - drawn);
  return 1 - none;
}

/**
 * Share of batches that are rejected, each by a sample of its own.
 * @param found whether re-execution finds each of the tampered receipts, as it was measured
 */
export function measured({ receipts, tampered, rate }: Sampled, found: readonly boolean[], batches: number): number {
  const ids = Array.from({ length: receipts }, (_, index) => String(index));
  let rejected = 0;
  for (let batch = 0; batch < batches; batch++) {
    const sample = drawSample(ids, sampleSize(receipts, rate));
    const caught = sample.some((id) => Number(id) < tampered && found[(batch + Number(id)) % found.length]);
    if (caught) rejected++;
  }
  return rejected / batches;
}
