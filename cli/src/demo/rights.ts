import { LlmchainError, sha256Hex } from '@llmchain/protocol';
import { MemberApi } from '../api/member-api';
import { createKey, type KeyRequest } from '../commands/key';
import type { MemberAccess } from '../consortium/members';
import { settled } from '../consortium/settled';
import type { ArtistsPassage } from './artists';

/** An API in the name of someone with this role at this member. */
export async function someone(
  member: MemberAccess,
  role: KeyRequest['role'],
  name: string,
  credits?: number,
): Promise<MemberApi> {
  const { key } = await createKey(member, { role, name, credits });
  return new MemberApi(member.admin.url, key);
}

/** Does something unless it was done before; @returns whether it was done now. */
export async function unlessDone(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    if (error instanceof LlmchainError && ['already_registered', 'conflict', 'wrong_state'].includes(error.code))
      return false;
    throw error;
  }
}

/** A passage as a work of the consortium. */
export interface RegisteredWork extends ArtistsPassage {
  id: string;
}

export interface Registered {
  works: RegisteredWork[];
  /** By pseudonym, everyone who has a part in a work. */
  artists: Map<string, MemberApi>;
  /** How many were registered now; the others were before. */
  registered: number;
}

/** The artists register their works; those that are registered already stay as they are. */
export async function registerWorks(
  members: readonly MemberAccess[],
  guild: MemberAccess,
  passages: readonly ArtistsPassage[],
): Promise<Registered> {
  const artists = new Map<string, MemberApi>();
  const works = passages.map((passage) => ({ ...passage, id: sha256Hex(passage.text) }));
  let registered = 0;
  for (const { person } of new Set(passages.flatMap(({ artist }) => artist.creators))) {
    if (!artists.has(person)) artists.set(person, await someone(guild, 'artist', person));
  }
  for (const person of new Set(passages.map(({ artist }) => artist.person))) {
    const own = passages.filter(({ artist }) => artist.person === person);
    const submissions = own.map(({ title, text, artist: { creators, created, preference } }) => ({
      title,
      creators,
      medium: 'text',
      created,
      preference,
      content: { text },
    }));
    const api = artists.get(person)!;
    if (await unlessDone(() => settled(members, api, '/v1/artworks', { works: submissions }))) registered += own.length;
  }
  return { works, artists, registered };
}

/** Artists license what others give freely: each offers, the archive accepts and pays. @returns the licences */
export async function licenseWorks(
  members: readonly MemberAccess[],
  steward: MemberApi,
  { works, artists }: Pick<Registered, 'works' | 'artists'>,
): Promise<string[]> {
  const licences = new Map(
    works.flatMap(({ artist }) => (artist.terms ? [[artist.terms.licence, artist] as const] : [])),
  );
  for (const { person, terms } of licences.values()) {
    const offer = {
      ...terms!,
      works: works.filter(({ artist }) => artist.person === person).map(({ id }) => id),
      licensee: '*',
      uses: ['training', 'generative_training'],
      from: 0,
      until: null,
    };
    await unlessDone(() => settled(members, artists.get(person)!, '/v1/licences', offer));
    await unlessDone(() => settled(members, steward, `/v1/licences/${offer.licence}/accept`, {}));
  }
  return [...licences.keys()];
}

/** The dataset's items of these works, each with the licence it needs. */
export function itemsOf(works: readonly RegisteredWork[]): object[] {
  return works.map(({ id, artist: { terms } }) => ({
    work: id,
    spdx: 'CC0-1.0',
    ...(terms ? { licence: terms.licence } : {}),
  }));
}

/** Whether the artist lets models be trained on the work at all. */
export function isOffered({ artist }: ArtistsPassage): boolean {
  return artist.preference.generative_training !== 'not_allowed';
}
