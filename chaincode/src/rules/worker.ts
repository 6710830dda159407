import { LlmchainError, type Signer } from '@llmchain/protocol';

/**
 * That a batch names workers of its producer alone, in their order and each once.
 * @param signers those that the ledger has under these ids, in the same order
 * @throws {LlmchainError} `invalid_argument` | `not_found` | `not_authorised`, with `details.worker`
 */
export function demandWorkers(
  producer: string,
  workers: readonly string[],
  signers: readonly (Signer | undefined)[],
): void {
  if (workers.some((worker, index) => index > 0 && worker <= workers[index - 1]!))
    throw new LlmchainError('invalid_argument', 'Name each worker of the batch once, sorted by its id.', {
      issues: [{ pointer: '/workers', message: 'must be sorted, without repetitions' }],
    });
  for (const [index, worker] of workers.entries()) {
    const signer = signers[index];
    if (signer?.kind !== 'worker')
      throw new LlmchainError('not_found', `${worker} is no worker on the ledger. Register its key first.`, { worker });
    if (signer.owner.member !== producer)
      throw new LlmchainError(
        'not_authorised',
        `${worker} is a worker of ${signer.owner.member}. A member anchors receipts of its own workers.`,
        { worker, member: signer.owner.member },
      );
  }
}
