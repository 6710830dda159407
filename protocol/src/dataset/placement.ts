/**
 * Which members keep a copy of which shard. The member that owns the dataset keeps all of them; further copies go to the
 * others so that their bytes are even: the largest shards first, each to those that have least so far (longest processing
 * time first, Graham 1969). No two members then differ by more than the largest shard.
 * @param sizes bytes of each shard
 * @param options `replicas` copies of each in all, at most one more than there are others
 * @returns the members of each shard, the owner first and the others by name
 * @throws {RangeError} for more copies than members
 */
export function placeShards(
  sizes: readonly number[],
  options: { owner: string; others: readonly string[]; replicas: number },
): string[][] {
  const { owner, replicas } = options;
  const others = [...new Set(options.others)].filter((member) => member !== owner).sort();
  if (!Number.isInteger(replicas) || replicas < 1 || replicas > others.length + 1)
    throw new RangeError(`${replicas} copies do not go onto ${others.length + 1} members`);
  const loads = new Map(others.map((member) => [member, 0]));
  const placed = sizes.map(() => [owner]);
  const largestFirst = sizes.map((bytes, index) => ({ bytes, index })).sort((a, b) => b.bytes - a.bytes);
  for (const { bytes, index } of largestFirst) {
    // Both sorts are stable, so that every endorser comes to the same placement.
    const least = [...others].sort((a, b) => loads.get(a)! - loads.get(b)!).slice(0, replicas - 1);
    for (const member of least) loads.set(member, loads.get(member)! + bytes);
    placed[index]!.push(...least.sort());
  }
  return placed;
}
