import fc from 'fast-check';
import { placeShards, type Room } from './placement';

const OWN = 'OwnMSP';
const LARGE = 2 ** 40;
const sizes = fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 50 });
const room = (member: string, node = 'storage', more: Partial<Room> = {}): Room => {
  return { member, node, capacity: LARGE, placed: 0, ...more };
};
/** Nodes of the owner and of any others. */
const nodes = fc
  .uniqueArray(
    fc.tuple(fc.constantFrom('AMSP', 'BMSP', 'CMSP', 'DMSP', OWN), fc.constantFrom('first', 'second', 'third')),
    { selector: ([member, node]) => `${member}/${node}` },
  )
  .map((all) => [room(OWN, 'storage'), ...all.map(([member, node]) => room(member, node))]);

const membersOf = (all: readonly Room[]): string[] => [...new Set(all.map(({ member }) => member))];
const loadsOf = (all: readonly Room[], bytes: readonly number[], placed: ReturnType<typeof placeShards>): number[] =>
  all.map(({ member, node }) =>
    placed.reduce(
      (sum, holders, index) =>
        holders.some((held) => held.member === member && held.node === node) ? sum + bytes[index]! : sum,
      0,
    ),
  );
const apart = (loads: readonly number[]): number => Math.max(0, ...loads) - Math.min(...loads, Infinity);

test('every shard has so many copies at different members, its owner’s first, on nodes that are there', () => {
  fc.assert(
    fc.property(sizes, nodes, fc.nat(), (bytes, all, more) => {
      const replicas = 1 + (more % membersOf(all).length);
      const placed = placeShards(bytes, { owner: OWN, nodes: all, replicas });
      expect(placed).toHaveLength(bytes.length);
      for (const holders of placed) {
        expect(holders[0]!.member).toBe(OWN);
        expect(holders).toHaveLength(replicas);
        expect(new Set(holders.map(({ member }) => member)).size).toBe(replicas);
        for (const held of holders) expect(all).toContainEqual(expect.objectContaining(held));
      }
    }),
  );
});

test('copies are balanced: nodes of one member, and nodes that compete for one copy, differ by the largest shard at most', () => {
  fc.assert(
    fc.property(sizes, nodes, fc.nat(), (bytes, all, more) => {
      const replicas = 1 + (more % membersOf(all).length);
      const placed = placeShards(bytes, { owner: OWN, nodes: all, replicas });
      for (const member of membersOf(all)) {
        const own = all.filter((each) => each.member === member);
        expect(apart(loadsOf(own, bytes, placed))).toBeLessThanOrEqual(Math.max(...bytes));
      }
      if (replicas !== 2) return;
      const others = all.filter(({ member }) => member !== OWN);
      expect(apart(loadsOf(others, bytes, placed))).toBeLessThanOrEqual(Math.max(...bytes));
    }),
  );
});

test('what lies on a node already counts, and so does its capacity', () => {
  const half = [room(OWN), room('AMSP', 'storage', { placed: 100 }), room('BMSP')];
  const of = (all: Room[], bytes: number[]): number[] =>
    loadsOf(all, bytes, placeShards(bytes, { owner: OWN, nodes: all, replicas: 2 }));
  expect(of(half, [50, 50])).toEqual([100, 0, 100]);
  const uneven = [room(OWN), room('AMSP', 'storage', { capacity: 300 }), room('BMSP', 'storage', { capacity: 100 })];
  expect(of(uneven, [50, 50, 50, 50])).toEqual([200, 150, 50]);
});

test('a shard goes where there is room for it, and nowhere else', () => {
  fc.assert(
    fc.property(sizes, fc.array(fc.nat({ max: 2_000_000 }), { minLength: 2, maxLength: 4 }), (bytes, capacities) => {
      const all = [
        room(OWN),
        ...capacities.map((capacity, at) => room(`M${at}MSP`, 'storage', { capacity: capacity + 1 })),
      ];
      try {
        const loads = loadsOf(all, bytes, placeShards(bytes, { owner: OWN, nodes: all, replicas: 2 }));
        loads.forEach((load, at) => {
          expect(load).toBeLessThanOrEqual(all[at]!.capacity);
        });
      } catch (error) {
        expect(error).toMatchObject({ code: 'too_large' });
      }
    }),
  );
  const full = [room(OWN, 'storage', { capacity: 10, placed: 5 })];
  expect(() => placeShards([6], { owner: OWN, nodes: full, replicas: 1 })).toThrow('room for shard 0 of 6 bytes');
});

test('the order in which nodes are named changes nothing', () => {
  fc.assert(
    fc.property(sizes, nodes, (bytes, all) => {
      const options = { owner: OWN, replicas: Math.min(2, membersOf(all).length) };
      expect(placeShards(bytes, { ...options, nodes: [...all].reverse() })).toEqual(
        placeShards(bytes, { ...options, nodes: all }),
      );
    }),
  );
});

test.each([0, 3, 1.5])('%d copies on two members are refused', (replicas) => {
  expect(() => placeShards([1], { owner: 'AMSP', nodes: [room('BMSP'), room('AMSP')], replicas })).toThrow(RangeError);
});

test('an owner without a node has nothing placed', () => {
  expect(() => placeShards([1], { owner: 'AMSP', nodes: [room('BMSP')], replicas: 1 })).toThrow(RangeError);
});
