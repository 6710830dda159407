import { LlmchainError } from '../errors/error';
import type { DataNode, DataNodeRef } from '../records/data-node';

/** A node that may be given shards. */
export type Room = Pick<DataNode, 'member' | 'node' | 'capacity' | 'placed'>;

/**
 * Which nodes keep a copy of which shard. The member that owns the dataset keeps all of them; further copies go to other
 * members, no two of one shard to one member. The largest shards go first, each to the nodes that are the least full with it
 * (longest processing time first, Graham 1969, for machines of different speed): of two nodes that compete for the same
 * copies neither is fuller than the other by more than the largest shard.
 * @param sizes bytes of each shard
 * @param options `nodes` of the owner and the others, in any order; `replicas` copies of each in all, at most one for each member
 * @returns the nodes of each shard, the owner's first and the others by member
 * @throws {RangeError} for more copies than members
 * @throws {LlmchainError} `too_large` for a shard for which too few members have room
 */
export function placeShards(
  sizes: readonly number[],
  options: { owner: string; nodes: readonly Room[]; replicas: number },
): DataNodeRef[][] {
  const { owner, replicas } = options;
  // Sorted, so that every endorser comes to the same placement.
  const loads = options.nodes.map((room) => ({ ...room })).sort(byName);
  const members = new Set(loads.map(({ member }) => member));
  if (!Number.isInteger(replicas) || replicas < 1 || replicas > members.size || !members.has(owner))
    throw new RangeError(`${replicas} copies do not go onto ${members.size} members, the owner among them`);
  const placed: DataNodeRef[][] = sizes.map(() => []);
  const largestFirst = sizes.map((bytes, index) => ({ bytes, index })).sort((a, b) => b.bytes - a.bytes);
  for (const { bytes, index } of largestFirst) {
    const best = new Map<string, Room>();
    for (const load of loads) {
      const known = best.get(load.member);
      if (load.placed + bytes <= load.capacity && (!known || fuller(known, load, bytes) > 0))
        best.set(load.member, load);
    }
    const own = best.get(owner);
    best.delete(owner);
    const others = [...best.values()].sort((a, b) => fuller(a, b, bytes)).slice(0, replicas - 1);
    if (!own || others.length < replicas - 1) throw noRoom(index, bytes, own ? 'enough members' : owner);
    const chosen = [own, ...others.sort(byName)];
    for (const load of chosen) load.placed += bytes;
    placed[index] = chosen.map(({ member, node }) => ({ member, node }));
  }
  return placed;
}

/** Which of two nodes is fuller once it holds so many bytes more: exact where quotients would be rounded. */
function fuller(a: Room, b: Room, bytes: number): number {
  const [first, second] = [
    BigInt(a.placed + bytes) * BigInt(b.capacity),
    BigInt(b.placed + bytes) * BigInt(a.capacity),
  ];
  return first < second ? -1 : first > second ? 1 : 0;
}

function byName(a: DataNodeRef, b: DataNodeRef): number {
  const [first, second] = [a, b].map(({ member, node }) => `${member}/${node}`) as [string, string];
  return first < second ? -1 : first > second ? 1 : 0;
}

function noRoom(index: number, bytes: number, whose: string): LlmchainError {
  return new LlmchainError(
    'too_large',
    `No active node of ${whose} has room for shard ${index} of ${bytes} bytes. Register a node, or more capacity for one.`,
    { index, bytes },
  );
}
