import type { DatasetItem, Licence, Owner, Use, Work } from '@llmchain/protocol';

/** Training a generative model is the use that every dataset here is collected for. */
export const DATASET_USE: Use = 'generative_training';

/** Weight in the artists' pool of a work that is used without a licence. */
export const PLAIN_WEIGHT = 100;

export type Refusal =
  | 'not_registered'
  | 'not_allowed'
  | 'licence_missing'
  | 'licence_unknown'
  | 'licence_not_of_owner'
  | 'licence_not_for_work'
  | 'licence_not_for_use'
  | 'licence_not_for_licensee'
  | 'licence_not_in_force';

export type Consent = { granted: true; weight: number; until: number | null } | { granted: false; reason: Refusal };

const refused = (reason: Refusal): Consent => ({ granted: false, reason });

function sameOwner(a: Owner, b: Owner): boolean {
  return a.member === b.member && a.person === b.person;
}

/** Whether a licence is active and its time has come and not gone. */
export function inForce(licence: Licence, now: number): boolean {
  return licence.state === 'active' && licence.from <= now && (licence.until === null || now < licence.until);
}

/**
 * Whether a work may be put to `use` by `licensee` at `now`. What the artist did not say is not allowed; `constrained`
 * needs a licence in force, of the same owner, for this work, this use and this licensee.
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
  const permission = work.preference[use] ?? 'not_allowed';
  if (permission === 'not_allowed') return refused('not_allowed');
  if (licence === null) return refused('licence_unknown');
  if (licence === undefined) {
    return permission === 'allowed' ? { granted: true, weight: PLAIN_WEIGHT, until: null } : refused('licence_missing');
  }
  if (!sameOwner(licence.owner, work.owner)) return refused('licence_not_of_owner');
  if (!licence.works.includes(work.sha256)) return refused('licence_not_for_work');
  if (!licence.uses.includes(use)) return refused('licence_not_for_use');
  if (licence.licensee !== '*' && licence.licensee !== licensee) return refused('licence_not_for_licensee');
  if (!inForce(licence, now)) return refused('licence_not_in_force');
  return { granted: true, weight: licence.weight, until: licence.until };
}

/** An item that may not be used, and why. */
export interface Offender {
  item: DatasetItem['digest'];
  reason: Refusal;
}

/** The earlier of two ends, where null is never. */
export function earlier(a: number | null, b: number | null): number | null {
  if (a === null) return b;
  return b === null ? a : Math.min(a, b);
}
