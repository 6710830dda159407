import { expect } from '@jest/globals';
import fc from 'fast-check';
import { MEMBER_NAMES, MOST_WORKERS, type MemberName } from './members';
import { assertSplits, planSplit, withoutSplit, type Split, type SplitOrder } from './splits';
import { topologyOf } from './topology';

const order: SplitOrder = {
  ...{ model: 'large', version: 1, layers: 30, ranges: 2 },
  ...{ over: ['compute', 'lab'], head: 'compute' },
};
const nothing = { workers: {}, splits: [] };

test('layers go in even parts to two members each, and first workers keep whole models', () => {
  expect(planSplit(order, nothing)).toEqual({
    workers: { compute: 3, lab: 3 },
    splits: [
      {
        ...{ model: 'large', version: 1, head: 'compute-worker-1' },
        ranges: [
          { first: 0, last: 14, holders: ['compute-worker-2', 'lab-worker-2'] },
          { first: 15, last: 29, holders: ['lab-worker-3', 'compute-worker-3'] },
        ],
      },
    ],
  });
  const three = planSplit({ ...order, ranges: 3, over: ['compute', 'lab', 'guild'] }, nothing);
  expect(three.splits[0]!.ranges.map(({ holders }) => holders)).toEqual([
    ['compute-worker-2', 'lab-worker-2'],
    ['lab-worker-3', 'guild-worker-2'],
    ['guild-worker-3', 'compute-worker-3'],
  ]);
});

test('workers that are there are used, and those of other versions left as they are', () => {
  const before = planSplit(order, nothing);
  const other = planSplit({ ...order, version: 2 }, { ...before, workers: { ...before.workers, compute: 5 } });
  expect(other.workers).toEqual({ compute: 5, lab: 3 });
  expect(other.splits.map(({ version }) => version)).toEqual([1, 2]);
  const again = planSplit({ ...order, ranges: 1 }, other);
  expect(again.splits.map(({ version, ranges }) => [version, ranges.length])).toEqual([
    [2, 2],
    [1, 1],
  ]);
  expect(withoutSplit(again.splits, order).map(({ version }) => version)).toEqual([2]);
});

const some = fc.record({
  layers: fc.integer({ min: 1, max: 200 }),
  ranges: fc.integer({ min: 1, max: 12 }),
  over: fc.array(fc.constantFrom(...MEMBER_NAMES), { minLength: 1, maxLength: 6 }),
  head: fc.constantFrom(...MEMBER_NAMES),
});

test('whatever is asked is refused, or covers each layer once with workers of two members', async () => {
  await fc.assert(
    fc.asyncProperty(some, async (asked) => {
      const wanted: SplitOrder = { ...asked, model: 'large', version: 1 };
      const members = new Set<MemberName>(asked.over).size;
      const most = Math.ceil((2 * asked.ranges) / members);
      if (members < 2 || asked.ranges > asked.layers || most >= MOST_WORKERS) {
        await expect(() => planSplit(wanted, nothing)).toThrowWithCode('invalid_argument');
        return;
      }
      const { workers, splits } = planSplit(wanted, nothing);
      // The rule that a hand-written file is held to as well.
      expect(topologyOf(8000, workers, splits).splits).toBe(splits);
      const covered = splits[0]!.ranges.flatMap(({ first, last }) =>
        Array.from({ length: last - first + 1 }, (_, at) => first + at),
      );
      expect(covered).toEqual(Array.from({ length: asked.layers }, (_, at) => at));
    }),
  );
});

test.each<[string, (split: Split) => unknown]>([
  ['workers of one member alone', (split) => (split.ranges[0]!.holders = ['lab-worker-1', 'lab-worker-2'])],
  ['a worker that is none', (split) => (split.ranges[0]!.holders[0] = 'compute-worker-9')],
  ['an answering worker that is none', (split) => (split.head = 'nobody-worker-1')],
  ['a gap', (split) => split.ranges[1]!.first++],
  ['two ranges at one worker', (split) => (split.ranges[1]!.holders[0] = 'lab-worker-2')],
])('a split with %s is refused', async (_, change) => {
  const { workers, splits } = structuredClone(planSplit(order, nothing));
  expect(() => assertSplits(splits, workers)).not.toThrow();
  change(splits[0]!);
  await expect(() => assertSplits(splits, workers)).toThrowWithCode('invalid_argument', { model: 'large' });
  await expect(() => assertSplits([...splits, ...splits], workers)).toThrowWithCode('invalid_argument');
});
