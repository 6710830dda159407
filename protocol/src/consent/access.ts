import type { Grant } from '../records/grant';
import type { Licence, Work } from '../records/work';
import { consentTo, DATASET_USE } from './consent';

/** On what ground content may be read. */
export type AccessGround =
  { kind: 'owner' } | { kind: 'preference' } | { kind: 'licence'; licence: string } | { kind: 'grant'; grant: string };

/** Whether a grant is given and its time has not gone. @param now milliseconds since the Unix epoch */
export function grantStands({ state, until }: Pick<Grant, 'state' | 'until'>, now: number): boolean {
  return state === 'granted' && (until === null || now < until);
}

/**
 * On what ground a member may have a work's content at `now`, if on any: it owns it, it may train on it (by preference or by a
 * licence in force), or the owner granted it leave to read. A dispute suspends all but the owner's; after a withdrawal only
 * an irrevocable licence still holds.
 * @param licences licences that may name the work; others are passed over
 * @param grants grants that may name the work; others are passed over
 */
export function mayRead(
  work: Work,
  member: string,
  { licences, grants }: { licences: readonly Licence[]; grants: readonly Grant[] },
  now: number,
): AccessGround | undefined {
  if (work.owner.member === member) return { kind: 'owner' };
  // A licence's weight in the artists' pool says nothing here: the plain preference is asked first.
  if (consentTo(DATASET_USE, work, undefined, member, now).granted) return { kind: 'preference' };
  const licence = licences.find(
    (each) => each.works.includes(work.sha256) && consentTo(DATASET_USE, work, each, member, now).granted,
  );
  if (licence) return { kind: 'licence', licence: licence.licence };
  if (work.disputes.length > 0 || work.state === 'withdrawn') return undefined;
  const grant = grants.find(
    (each) =>
      each.grantee === member &&
      each.subject.kind === 'work' &&
      each.subject.work === work.sha256 &&
      grantStands(each, now),
  );
  return grant && { kind: 'grant', grant: grant.grant };
}

/** The irrevocable licence in force that lets a member keep its copy of an erased work, if there is one. */
export function mayRetain(work: Work, member: string, licences: readonly Licence[], now: number): Licence | undefined {
  return licences.find(
    (licence) => licence.irrevocable === true && consentTo(DATASET_USE, work, licence, member, now).granted,
  );
}
