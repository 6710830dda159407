import { LlmchainError, sha256Hex } from '@llmchain/protocol';
import { z } from 'zod';
import { MemberApi } from '../api/member-api';
import { createKey } from '../commands/key';
import type { MemberAccess } from '../consortium/members';
import { ARTISTS, LICENCE, LICENSOR, type Artist } from './artists';
import type { Sonnet } from './sonnets';

const Anything = z.looseObject({});

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
    if (await unlessDone(() => api.post('/v1/artworks', { works: submissions }, Anything))) registered += own.length;
    works.push(...own.map((sonnet) => ({ ...sonnet, artist, id: sha256Hex(sonnet.text) })));
  }
  return { works, artists, registered };
}

/** One artist licenses what others give freely: offered by the artist, accepted by the archive. */
export async function licenseVerses(
  licensor: MemberApi,
  steward: MemberApi,
  works: readonly RegisteredSonnet[],
): Promise<void> {
  const own = works.filter(({ artist }) => artist.person === LICENSOR).map(({ id }) => id);
  await unlessDone(() =>
    licensor.post(
      '/v1/licences',
      {
        licence: LICENCE,
        works: own,
        licensee: '*',
        uses: ['training', 'generative_training'],
        from: 0,
        until: null,
        price: 2_000_000,
        weight: 150,
      },
      Anything,
    ),
  );
  await unlessDone(() => steward.post(`/v1/licences/${LICENCE}/accept`, {}, Anything));
}

/** The dataset's items of these works, each with the licence it needs. */
export function itemsOf(works: readonly RegisteredSonnet[]): object[] {
  return works.map(({ id, artist }) => ({
    work: id,
    spdx: 'CC0-1.0',
    ...(artist.person === LICENSOR ? { licence: LICENCE } : {}),
  }));
}
