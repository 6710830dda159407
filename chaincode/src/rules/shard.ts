import {
  grantStands,
  LlmchainError,
  mayRetain,
  PAGE_ITEMS,
  placeShards,
  type DatasetRef,
  type DatasetVersion,
  type Grant,
  type Licence,
  type Shard,
  type ShardEntry,
  type Work,
} from '@llmchain/protocol';

/** A shard as it is placed, before it is written. */
export type PlacedShard = Omit<Shard, 'schema' | 'createdTx' | 'updatedTx'>;

/**
 * That files are the whole version in the order of its pages, and where each is kept.
 * @param others members that may keep copies beside the owner
 * @throws {LlmchainError} `invalid_argument` for a page too many or too few, and for more copies than members
 */
export function placed(
  { dataset, version, pages, items, owner }: DatasetVersion,
  entries: readonly ShardEntry[],
  { others, replicas }: { others: readonly string[]; replicas: number },
): PlacedShard[] {
  const covered = entries.reduce((sum, entry) => sum + entry.pages, 0);
  if (covered !== pages)
    throw new LlmchainError(
      'invalid_argument',
      `The shards hold ${covered} pages; ${dataset}@${version} has ${pages}. Each page stands in one shard.`,
      { issues: [{ pointer: '/shards', message: `must hold ${pages} pages in all` }] },
    );
  const members = new Set(others).add(owner.member).size;
  if (replicas > members)
    throw new LlmchainError(
      'invalid_argument',
      `${replicas} copies need as many members that may read ${dataset}@${version}; there are ${members}. Grant more of them leave to read it.`,
      { replicas, members },
    );
  const holders = placeShards(
    entries.map(({ bytes }) => bytes),
    { owner: owner.member, others, replicas },
  );
  let firstPage = 0;
  return entries.map((entry, index) => {
    const first = firstPage;
    firstPage += entry.pages;
    const held = Math.min(firstPage * PAGE_ITEMS, items) - first * PAGE_ITEMS;
    return { dataset, version, index, ...entry, firstPage: first, items: held, holders: holders[index]!, owner };
  });
}

/** What each member keeps, by member. */
export function placementOf(
  shards: readonly Pick<Shard, 'index' | 'bytes' | 'holders'>[],
): { member: string; shards: number[]; bytes: number }[] {
  const members = [...new Set(shards.flatMap(({ holders }) => holders))].sort();
  return members.map((member) => {
    const kept = shards.filter(({ holders }) => holders.includes(member));
    return {
      member,
      shards: kept.map(({ index }) => index),
      bytes: kept.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  });
}

/** That a grant is on this version and stands. @throws {LlmchainError} `not_authorised` */
export function demandGrant(grant: Grant, { dataset, version }: DatasetRef, now: number): void {
  const { subject } = grant;
  const fits = subject.kind === 'dataset' && subject.dataset === dataset && subject.version === version;
  if (fits && grantStands(grant, now)) return;
  throw new LlmchainError(
    'not_authorised',
    `Grant ${grant.grant} does not let ${grant.grantee} read ${dataset}@${version} now. Ask its owner for one that does.`,
    { grant: grant.grant, state: grant.state },
  );
}

/** That a shard is the file that the member means, and is placed on it. @throws {LlmchainError} `digest_mismatch` | `not_authorised` */
export function demandPlaced(shard: Shard, digest: string, member: string): void {
  const { dataset, version, index } = shard;
  if (shard.digest !== digest)
    throw new LlmchainError('digest_mismatch', `Shard ${index} of ${dataset}@${version} is another file.`, {
      index,
      digest: shard.digest,
    });
  if (shard.holders.includes(member)) return;
  throw new LlmchainError('not_authorised', `Shard ${index} of ${dataset}@${version} is not placed on ${member}.`, {
    index,
    holders: shard.holders,
  });
}

/** That a copy of an erased work may be kept. @throws {LlmchainError} `wrong_state` unless an irrevocable licence lets the member */
export function demandKeepable(work: Work, licence: Licence | undefined, member: string, now: number): void {
  if (mayRetain(work, member, licence ? [licence] : [], now)) return;
  throw new LlmchainError('wrong_state', `Work ${work.sha256} is erased: destroy the shards that hold it.`, {
    work: work.sha256,
  });
}
