import { LlmchainError, mayRetain, type AttestationEntry, type Licence, type Work } from '@llmchain/protocol';

/**
 * That a copy is retained on a licence that allows it, and that no licence is named beside another outcome.
 * @param licence the one that is named, if it exists
 * @throws {LlmchainError} `invalid_argument` | `not_authorised`
 */
export function demandAttestable(
  { outcome, licence: named }: Pick<AttestationEntry, 'outcome' | 'licence'>,
  work: Work,
  licence: Licence | undefined,
  member: string,
  now: number,
): void {
  if ((outcome === 'retained') !== (named !== undefined))
    throw new LlmchainError('invalid_argument', 'A licence is named where a copy is retained, and only there.', {
      issues: [{ pointer: '/licence', message: 'must stand with the outcome "retained", and only with it' }],
    });
  if (outcome !== 'retained') return;
  if (licence && mayRetain(work, member, [licence], now)) return;
  throw new LlmchainError(
    'not_authorised',
    `Licence ${named ?? ''} does not let ${member} keep a copy: destroy it. Only an irrevocable licence in force does.`,
    { work: work.sha256, licence: named ?? null },
  );
}
