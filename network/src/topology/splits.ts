import { z } from 'zod';
import { NetworkError } from '../errors';
import { MEMBER_NAMES, MOST_WORKERS, workerId, type MemberName, type WorkerCounts } from './members';

const layer = z.number().int().min(0).max(4_095);

/** A model version whose layers are held by workers of several members, range after range. */
export const Split = z.strictObject({
  model: z.string().min(1),
  version: z.number().int().min(1),
  /** Id of the worker that answers. */
  head: z.string().min(1),
  /** From the first layer to the last, with the ids of the workers that hold each. */
  ranges: z
    .array(z.strictObject({ first: layer, last: layer, holders: z.array(z.string().min(1)).min(2).max(8) }))
    .min(1),
});
export type Split = z.infer<typeof Split>;

/** What is asked: the layers of a version cut into so many ranges, each held by workers of two of these members. */
export interface SplitOrder {
  readonly model: string;
  readonly version: number;
  readonly layers: number;
  readonly ranges: number;
  readonly over: readonly MemberName[];
  /** The member whose first worker answers. */
  readonly head: MemberName;
}

/**
 * Whose workers hold what: range after range goes to the next two members of the order, there to workers from the second on,
 * so that the first ones still have whole models to verify with. Workers that are wanting are added.
 * @throws {NetworkError} `invalid_argument` for one member alone, more ranges than layers, or more workers than a member can
 * have
 */
export function planSplit(
  { model, version, layers, ranges, over, head }: SplitOrder,
  now: { readonly workers: WorkerCounts; readonly splits: readonly Split[] },
): { workers: WorkerCounts; splits: Split[] } {
  const members = [...new Set(over)];
  if (members.length < 2)
    throw new NetworkError(
      'invalid_argument',
      'a range that one member alone holds ends all answers with it: name two members or more',
      { over },
    );
  if (!Number.isInteger(ranges) || ranges < 1 || ranges > layers)
    throw new NetworkError('invalid_argument', `${layers} layers make 1 to ${layers} ranges, not ${ranges}`, {
      layers,
      ranges,
    });
  const held = new Map<MemberName, number>();
  const next = (name: MemberName): string => {
    const number = (held.get(name) ?? 1) + 1;
    held.set(name, number);
    return workerId(name, number);
  };
  const holders = (at: number): string[] => [at, at + 1].map((each) => next(members[each % members.length]!));
  const boundary = (at: number): number => Math.floor((at * layers) / ranges);
  const split: Split = {
    ...{ model, version, head: workerId(head, 1) },
    ranges: Array.from({ length: ranges }, (_, at) => ({
      first: boundary(at),
      last: boundary(at + 1) - 1,
      holders: holders(at),
    })),
  };
  for (const [name, count] of held)
    if (count > MOST_WORKERS)
      throw new NetworkError(
        'invalid_argument',
        `${name} would hold ${count - 1} ranges and can have ${MOST_WORKERS} workers: ask for fewer ranges, or name more members`,
        { member: name, most: MOST_WORKERS },
      );
  const more = Object.fromEntries([...held].map(([name, count]) => [name, Math.max(count, now.workers[name] ?? 1)]));
  return { workers: { ...now.workers, ...more }, splits: [...withoutSplit(now.splits, { model, version }), split] };
}

/** The others. */
export function withoutSplit(splits: readonly Split[], { model, version }: Pick<Split, 'model' | 'version'>): Split[] {
  return splits.filter((split) => split.model !== model || split.version !== version);
}

/**
 * @throws {NetworkError} `invalid_argument` where a split is not over workers that there are, of two members for each range, or
 * its ranges are not one after the other
 */
export function assertSplits(splits: readonly Split[], workers: WorkerCounts): void {
  const ids = (name: MemberName): string[] =>
    Array.from({ length: workers[name] ?? 1 }, (_, at) => workerId(name, at + 1));
  const memberOf = new Map(MEMBER_NAMES.flatMap((name) => ids(name).map((id) => [id, name] as const)));
  for (const { model, version, head, ranges } of splits) {
    const refuse = (what: string): never => {
      throw new NetworkError('invalid_argument', `${model}@${version} cannot be split so: ${what}`, { model, version });
    };
    let end = 0;
    const all: string[] = [];
    for (const { first, last, holders } of ranges) {
      if (first !== end || last < first) refuse('its ranges are not one after the other from layer 0 on');
      end = last + 1;
      const unknown = [head, ...holders].find((id) => !memberOf.has(id));
      if (unknown !== undefined) refuse(`there is no worker ${unknown}`);
      if (new Set(holders.map((id) => memberOf.get(id))).size < 2)
        refuse(`layers ${first} to ${last} would be held by one member alone`);
      all.push(...holders);
    }
    if (new Set(all).size < all.length) refuse('a worker holds one range of a version');
  }
  const names = splits.map(({ model, version }) => `${model}@${version}`);
  const twice = names.find((name, at) => names.indexOf(name) < at);
  if (twice !== undefined) throw new NetworkError('invalid_argument', `${twice} is split twice`, { twice });
}
