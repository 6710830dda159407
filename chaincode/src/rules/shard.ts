import {
  grantStands,
  LlmchainError,
  mayRetain,
  PAGE_ITEMS,
  placeShards,
  type DataNode,
  type DataNodeEntry,
  type DataNodeRef,
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
 * That files are the whole version in the order of its pages, and where each is kept: on active nodes alone.
 * @param nodes of the owner and of the members that may keep copies beside it, without what this version takes on them
 * @throws {LlmchainError} `invalid_argument` for a page too many or too few, and for more copies than members with a node |
 * `wrong_state` when the owner has none | `too_large` where there is no room
 */
export function placed(
  { dataset, version, pages, items, owner }: DatasetVersion,
  entries: readonly ShardEntry[],
  { nodes, replicas }: { nodes: readonly DataNode[]; replicas: number },
): PlacedShard[] {
  const covered = entries.reduce((sum, entry) => sum + entry.pages, 0);
  if (covered !== pages)
    throw new LlmchainError(
      'invalid_argument',
      `The shards hold ${covered} pages; ${dataset}@${version} has ${pages}. Each page stands in one shard.`,
      { issues: [{ pointer: '/shards', message: `must hold ${pages} pages in all` }] },
    );
  const active = nodes.filter(({ state }) => state === 'active');
  const members = new Set(active.map(({ member }) => member));
  if (!members.has(owner.member))
    throw new LlmchainError(
      'wrong_state',
      `${owner.member} has no active node to keep shards on. Register one first.`,
      {
        member: owner.member,
      },
    );
  if (replicas > members.size)
    throw new LlmchainError(
      'invalid_argument',
      `${replicas} copies need as many members with an active node that may read ${dataset}@${version}; there are ${members.size}. Grant more of them leave to read it.`,
      { replicas, members: members.size },
    );
  const holders = placeShards(
    entries.map(({ bytes }) => bytes),
    { owner: owner.member, nodes: active, replicas },
  );
  let firstPage = 0;
  return entries.map((entry, index) => {
    const first = firstPage;
    firstPage += entry.pages;
    const held = Math.min(firstPage * PAGE_ITEMS, items) - first * PAGE_ITEMS;
    return { dataset, version, index, ...entry, firstPage: first, items: held, holders: holders[index]!, owner };
  });
}

/** What each node keeps, by member and node. */
export function placementOf(
  shards: readonly Pick<Shard, 'index' | 'bytes' | 'holders'>[],
): (DataNodeRef & { shards: number[]; bytes: number })[] {
  const kept = new Map<string, DataNodeRef & { shards: number[]; bytes: number }>();
  for (const { index, bytes, holders } of shards)
    for (const { member, node } of holders) {
      const id = `${member}/${node}`;
      const before = kept.get(id) ?? { member, node, shards: [], bytes: 0 };
      kept.set(id, { ...before, shards: [...before.shards, index], bytes: before.bytes + bytes });
    }
  return [...kept.keys()].sort().map((id) => kept.get(id)!);
}

/** That a node's capacity holds what is placed on it. @throws {LlmchainError} `wrong_state` */
export function demandCapacity({ node, capacity, state }: DataNodeEntry, placed: number): void {
  if (state === 'gone' || capacity >= placed) return;
  throw new LlmchainError(
    'wrong_state',
    `Shards of ${placed} bytes are placed on ${node}. Let it drain, have their owners place them anew, and make it smaller then.`,
    { node, placed },
  );
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

/** That a shard is the file that the member means, and is placed on its node. @throws {LlmchainError} `digest_mismatch` | `not_authorised` */
export function demandPlaced(shard: Shard, digest: string, { member, node }: DataNodeRef): void {
  const { dataset, version, index } = shard;
  if (shard.digest !== digest)
    throw new LlmchainError('digest_mismatch', `Shard ${index} of ${dataset}@${version} is another file.`, {
      index,
      digest: shard.digest,
    });
  if (shard.holders.some((held) => held.member === member && held.node === node)) return;
  throw new LlmchainError(
    'not_authorised',
    `Shard ${index} of ${dataset}@${version} is not placed on ${node} of ${member}.`,
    {
      index,
      holders: shard.holders,
    },
  );
}

/** That a node holds anything at all. @throws {LlmchainError} `wrong_state` */
export function demandThere({ member, node, state }: DataNode): void {
  if (state !== 'gone') return;
  throw new LlmchainError(
    'wrong_state',
    `Node ${node} of ${member} is gone. Register it anew before it holds anything.`,
    {
      node,
    },
  );
}

/** That a copy of an erased work may be kept. @throws {LlmchainError} `wrong_state` unless an irrevocable licence lets the member */
export function demandKeepable(work: Work, licence: Licence | undefined, member: string, now: number): void {
  if (mayRetain(work, member, licence ? [licence] : [], now)) return;
  throw new LlmchainError('wrong_state', `Work ${work.sha256} is erased: destroy the shards that hold it.`, {
    work: work.sha256,
  });
}
