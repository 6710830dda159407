import type { DatasetItem } from '../records/dataset';
import type { Owner } from '../records/common';
import type { Licence, Use, Work } from '../records/work';

/** Training a generative model is the use that every dataset here is collected for. */
export const DATASET_USE: Use = 'generative_training';

/** Weight in the artists' pool of a work that is used without a licence. */
export const PLAIN_WEIGHT = 100;

/** Why a work may not be used. */
export const REFUSALS = [
  'not_registered',
  'disputed',
  'withdrawn',
  'not_allowed',
  'licence_missing',
  'licence_unknown',
  'licence_not_of_owner',
  'licence_not_for_work',
  'licence_not_for_use',
  'licence_not_for_licensee',
  'licence_not_in_force',
] as const;
export type Refusal = (typeof REFUSALS)[number];

/** Leave to use a work: with which weight in the artists' pool, and until when (null: without end). */
export interface Grant {
  granted: true;
  weight: number;
  until: number | null;
}
export type Consent = Grant | { granted: false; reason: Refusal };

/** An item that may not be used, and why. */
export interface Offender {
  item: DatasetItem['digest'];
  reason: Refusal;
}

const refused = (reason: Refusal): Consent => ({ granted: false, reason });

/** Whether two records belong to the same member, and of a person's to the same person. */
export function sameOwner(a: Owner, b: Owner): boolean {
  return a.member === b.member && a.person === b.person;
}

/** Whether a licence is active and its time has come and not gone. */
export function inForce(licence: Licence, now: number): boolean {
  return licence.state === 'active' && licence.from <= now && (licence.until === null || now < licence.until);
}

/**
 * Whether a work may be put to `use` by `licensee` at `now`. What the artist did not say is not allowed; `constrained`
 * needs a licence in force, of whoever owned the work when it was granted, for this work, this use and this licensee. An
 * irrevocable licence outlives a later preference and a withdrawal; a dispute suspends everything.
 * @param licence the licence that the item names, or null when it names one that does not exist
 * @param now proposal time, milliseconds since the Unix epoch
 */
export function consentTo(
  use: Use,
  work: Work | undefined,
  licence: Licence | null | undefined,
  licensee: string,
  now: number,
): Consent {
  if (!work) return refused('not_registered');
  if (work.disputes.length > 0) return refused('disputed');
  const licensed = licence === undefined ? undefined : licensedTo(use, work, licence, licensee, now);
  if (licensed?.granted && licence?.irrevocable) return licensed;
  if (work.state === 'withdrawn') return refused('withdrawn');
  const permission = work.preference[use] ?? 'not_allowed';
  if (permission === 'not_allowed') return refused('not_allowed');
  if (licensed) return licensed;
  return permission === 'allowed' ? { granted: true, weight: PLAIN_WEIGHT, until: null } : refused('licence_missing');
}

/** Whether a licence covers a use of a work, whatever the preference says now. */
function licensedTo(use: Use, work: Work, licence: Licence | null, licensee: string, now: number): Consent {
  if (licence === null) return refused('licence_unknown');
  if (![work.owner, ...work.formerOwners].some((owner) => sameOwner(owner, licence.owner)))
    return refused('licence_not_of_owner');
  if (!licence.works.includes(work.sha256)) return refused('licence_not_for_work');
  if (!licence.uses.includes(use)) return refused('licence_not_for_use');
  if (licence.licensee !== '*' && licence.licensee !== licensee) return refused('licence_not_for_licensee');
  if (!inForce(licence, now)) return refused('licence_not_in_force');
  return { granted: true, weight: licence.weight, until: licence.until };
}

/** The earlier of two ends, where null is never. */
export function earlier(a: number | null, b: number | null): number | null {
  if (a === null) return b;
  return b === null ? a : Math.min(a, b);
}
