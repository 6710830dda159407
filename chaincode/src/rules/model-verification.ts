import { LlmchainError, type ModelEntry } from '@llmchain/protocol';

/**
 * That a version can be verified as it says: results of products in eight bits move with the batch, so that no margin of
 * rounding holds for them.
 * @throws {LlmchainError} `invalid_argument`
 */
export function demandVerifiable({ precision, verification }: Pick<ModelEntry, 'precision' | 'verification'>): void {
  if (precision === 'fp32' || verification.statistical) return;
  throw new LlmchainError(
    'invalid_argument',
    `A version in ${precision} is verified in statistical mode. Calibrate it, and register it with the figures.`,
    { issues: [{ pointer: '/verification/statistical', message: `is needed for ${precision}` }] },
  );
}
