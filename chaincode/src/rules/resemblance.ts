import { acknowledges, likeness, LlmchainError, resemblanceKey, type Resemblance, type Work } from '@llmchain/protocol';

/**
 * How alike two works are by the fingerprints that the ledger has of them.
 * @throws {LlmchainError} `invalid_argument` for a work and itself | `wrong_state` where they are not alike, or one names the other
 */
export function resemblanceOf(a: Work, b: Work): Pick<Resemblance, 'first' | 'second' | 'method' | 'differing'> {
  const [first, second] = resemblanceKey(a.sha256, b.sha256);
  if (a.sha256 === b.sha256)
    throw new LlmchainError('invalid_argument', 'A work is compared with another one. Name two works.', {
      issues: [{ pointer: '/other', message: 'must be another work' }],
    });
  if (acknowledges(a, b) || acknowledges(b, a))
    throw new LlmchainError('wrong_state', 'One of these works names the other already.', { first, second });
  const like = a.fingerprint && b.fingerprint ? likeness(a.fingerprint, b.fingerprint) : undefined;
  if (!like?.resembles)
    throw new LlmchainError('wrong_state', 'These works are not alike by their fingerprints.', {
      first,
      second,
      differing: like?.differing ?? null,
    });
  return { first, second, method: like.method, differing: like.differing };
}
