import { LlmchainError, sameOwner, type Licence, type LicenceEntry, type Work } from '@llmchain/protocol';
import { demandClear } from './work';

/** Licences that one work may have accepted at a time. */
const MOST = 1_000;

/** @throws {LlmchainError} `invalid_argument` unless there is a time at which the licence can be in force */
export function demandTerm({ from, until }: Pick<LicenceEntry, 'from' | 'until'>, now: number): void {
  if (until === null || until > Math.max(from, now)) return;
  throw new LlmchainError(
    'invalid_argument',
    'The licence ends before it can begin. Set `until` later, or null for no end.',
    { from, until },
  );
}

/** That a work may be licensed for these uses. @throws {LlmchainError} `wrong_state` */
export function demandLicensable(work: Work, uses: LicenceEntry['uses']): void {
  demandClear(work);
  if (uses.every((use) => (work.preference[use] ?? 'not_allowed') !== 'not_allowed')) return;
  throw new LlmchainError(
    'wrong_state',
    `The preference of work ${work.sha256} does not allow this use. Change the preference before you offer a licence.`,
    { work: work.sha256 },
  );
}

/**
 * That a member may accept an offer now.
 * @throws {LlmchainError} `wrong_state` | `not_authorised` | `licence_expired`
 */
export function demandAcceptable(licence: Licence, member: string, now: number): void {
  if (licence.state !== 'offered')
    throw new LlmchainError('wrong_state', `Licence ${licence.licence} is ${licence.state}, not offered.`, {
      state: licence.state,
    });
  if (licence.licensee !== '*' && licence.licensee !== member)
    throw new LlmchainError('not_authorised', `This licence is offered to ${licence.licensee}.`, {
      licensee: licence.licensee,
    });
  if (licence.until !== null && licence.until <= now)
    throw new LlmchainError('licence_expired', 'The time of this licence is over. Ask for a new offer.', {
      until: licence.until,
    });
}

/** That the buyer names the very terms that are offered. @throws {LlmchainError} `digest_mismatch` */
export function demandRead(offer: Licence, terms: string | undefined): void {
  if (offer.terms === terms) return;
  throw new LlmchainError(
    'digest_mismatch',
    offer.terms === undefined
      ? `Licence ${offer.licence} has no private terms. Accept it without naming any.`
      : `Licence ${offer.licence} has private terms. Read them and name their digest as \`terms\`.`,
    { licence: offer.licence, terms: offer.terms ?? null },
  );
}

/** Whether a licence is in force now or may come to be. */
export function pending(licence: Licence, now: number): boolean {
  return licence.state === 'active' && (licence.until === null || now < licence.until);
}

/**
 * The work with one licence more: of those it has, the ones that have ended are forgotten.
 * @param held the licences that the work has
 * @throws {LlmchainError} `wrong_state` when the grantor does not own the work any more, or an exclusive licence stands
 * in the way; `too_large`
 */
export function licensed(work: Work, licence: Licence, held: readonly Licence[], now: number): Work {
  if (!sameOwner(work.owner, licence.owner))
    throw new LlmchainError('wrong_state', `Work ${work.sha256} was sold after the offer. Ask its new owner.`, {
      work: work.sha256,
      owner: work.owner,
    });
  demandLicensable(work, licence.uses);
  const standing = held.filter((each) => pending(each, now));
  const rival = standing.find(
    (each) => (each.exclusive === true || licence.exclusive === true) && collide(each, licence),
  );
  if (rival)
    throw new LlmchainError(
      'wrong_state',
      `Licence ${rival.licence} of work ${work.sha256} stands in the way: one of the two is exclusive.`,
      { work: work.sha256, licence: rival.licence },
    );
  if (standing.length >= MOST)
    throw new LlmchainError('too_large', `Work ${work.sha256} has ${MOST} licences already.`, { work: work.sha256 });
  return { ...work, licences: [...standing.map((each) => each.licence), licence.licence] };
}

/** Whether two licences give different members the same use at the same time and place. */
function collide(a: Licence, b: Licence): boolean {
  if (a.acceptedBy !== undefined && a.acceptedBy === b.acceptedBy) return false;
  const uses = a.uses.some((use) => b.uses.includes(use));
  const time = a.from < (b.until ?? Infinity) && b.from < (a.until ?? Infinity);
  const place = !a.territory || !b.territory || a.territory.some((country) => b.territory?.includes(country));
  return uses && time && place;
}

/** @throws {LlmchainError} `wrong_state` */
export function demandRevocable(licence: Licence): void {
  if (licence.state === 'revoked' || licence.state === 'expired')
    throw new LlmchainError('wrong_state', `This licence is ${licence.state} already.`, { state: licence.state });
  if (licence.state === 'active' && licence.irrevocable)
    throw new LlmchainError('wrong_state', 'This licence was granted irrevocably and was accepted.', {
      licence: licence.licence,
    });
}

/** @throws {LlmchainError} `wrong_state` unless the licence has an end, and that is past */
export function demandOver(licence: Licence, now: number): void {
  if (licence.until !== null && licence.until <= now && licence.state !== 'revoked') return;
  throw new LlmchainError(
    'wrong_state',
    licence.state === 'revoked' ? 'This licence is revoked already.' : 'The time of this licence is not over.',
    { until: licence.until, state: licence.state },
  );
}
