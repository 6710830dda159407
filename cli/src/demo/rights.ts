import { LlmchainError, sha256Hex } from '@llmchain/protocol';
import { MemberApi } from '../api/member-api';
import { createKey } from '../commands/key';
import type { MemberAccess } from '../consortium/members';
import { settled } from '../consortium/settled';
import { ARTISTS, LICENCE, LICENSOR, type Artist } from './artists';
import type { Sonnet } from './sonnets';

/** An API in the name of someone with this role at this member. */
export async function someone(member: MemberAccess, role: string, name: string, credits?: number): Promise<MemberApi> {
  const { key } = await createKey(member, { role, name, credits });
  return new MemberApi(member.admin.url, key);
}

/** Does something unless it was done before; @returns whether it was done now. */
async function unlessDone(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    if (error instanceof LlmchainError && ['already_registered', 'conflict', 'wrong_state'].includes(error.code))
      return false;
    throw error;
  }
}

/** A sonnet as a work of the consortium. */
export interface RegisteredSonnet extends Sonnet {
  id: string;
  artist: Artist;
}

/** The artists register their sonnets; those that are registered already stay as they are. */
export async function registerSonnets(
  members: readonly MemberAccess[],
  guild: MemberAccess,
  sonnets: readonly Sonnet[],
): Promise<{ works: RegisteredSonnet[]; artists: Map<string, MemberApi>; registered: number }> {
  const artists = new Map<string, MemberApi>();
  const works: RegisteredSonnet[] = [];
  let registered = 0;
  for (const artist of ARTISTS) {
    const api = await someone(guild, 'artist', artist.person);
    artists.set(artist.person, api);
    const own = sonnets.filter(({ number }) => number >= artist.first && number <= artist.last);
    const submissions = own.map((sonnet) => ({
      title: sonnet.title,
      creators: artist.creators,
      medium: 'text',
      created: '1609',
      preference: artist.preference(sonnet),
      content: { text: sonnet.text },
    }));
    if (await unlessDone(() => settled(members, api, '/v1/artworks', { works: submissions }))) registered += own.length;
    works.push(...own.map((sonnet) => ({ ...sonnet, artist, id: sha256Hex(sonnet.text) })));
  }
  return { works, artists, registered };
}

/** One artist licenses what others give freely: offered by the artist, accepted by the archive. */
export async function licenseVerses(
  members: readonly MemberAccess[],
  licensor: MemberApi,
  steward: MemberApi,
  works: readonly RegisteredSonnet[],
): Promise<void> {
  const own = works.filter(({ artist }) => artist.person === LICENSOR).map(({ id }) => id);
  const offer = {
    licence: LICENCE,
    works: own,
    licensee: '*',
    uses: ['training', 'generative_training'],
    from: 0,
    until: null,
    price: 2_000_000,
    weight: 150,
  };
  await unlessDone(() => settled(members, licensor, '/v1/licences', offer));
  await unlessDone(() => settled(members, steward, `/v1/licences/${LICENCE}/accept`, {}));
}

/** The dataset's items of these works, each with the licence it needs. */
export function itemsOf(works: readonly RegisteredSonnet[]): object[] {
  return works.map(({ id, artist }) => ({
    work: id,
    spdx: 'CC0-1.0',
    ...(artist.person === LICENSOR ? { licence: LICENCE } : {}),
  }));
}
