/** What went wrong, as a word that a caller can act on. */
export type ErrorCode =
  | 'invalid_argument'
  | 'not_found'
  | 'already_registered'
  | 'resembles'
  | 'not_authenticated'
  | 'not_authorised'
  | 'consent_missing'
  | 'tainted'
  | 'licence_expired'
  | 'insufficient_credits'
  | 'conflict'
  | 'wrong_state'
  | 'quorum_not_reached'
  | 'not_verified'
  | 'verdict_pending'
  | 'verifier_unavailable'
  | 'clock_skew'
  | 'digest_mismatch'
  | 'not_yet_indexed'
  | 'too_large'
  | 'overloaded'
  | 'unavailable'
  | 'commit_unknown'
  | 'not_supported'
  | 'internal';

/** What the caller should do: mend the request, try again later, wait for something, or pay. */
export type Remedy = 'reject' | 'retry' | 'wait' | 'pay';

/** What to do about each code; gateways derive the HTTP status and `Retry-After` from it. */
export const REMEDY: Readonly<Record<ErrorCode, Remedy>> = {
  invalid_argument: 'reject',
  not_found: 'reject',
  already_registered: 'reject',
  resembles: 'reject',
  not_authenticated: 'reject',
  not_authorised: 'reject',
  consent_missing: 'reject',
  tainted: 'reject',
  licence_expired: 'reject',
  insufficient_credits: 'pay',
  conflict: 'reject',
  wrong_state: 'reject',
  quorum_not_reached: 'wait',
  not_verified: 'reject',
  verdict_pending: 'wait',
  verifier_unavailable: 'retry',
  clock_skew: 'reject',
  digest_mismatch: 'reject',
  not_yet_indexed: 'wait',
  too_large: 'reject',
  overloaded: 'retry',
  unavailable: 'retry',
  commit_unknown: 'retry',
  not_supported: 'reject',
  internal: 'retry',
};

export function isErrorCode(word: unknown): word is ErrorCode {
  return typeof word === 'string' && Object.hasOwn(REMEDY, word);
}
