import fc from 'fast-check';
import { placeShards } from './placement';

const sizes = fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 50 });
const others = fc.uniqueArray(fc.constantFrom('AMSP', 'BMSP', 'CMSP', 'DMSP', 'EMSP'));

test('every shard has so many copies at different members, its owner’s among them', () => {
  fc.assert(
    fc.property(sizes, others, fc.nat(), (bytes, members, more) => {
      const replicas = 1 + (more % (members.length + 1));
      const placed = placeShards(bytes, { owner: 'OwnMSP', others: members, replicas });
      expect(placed).toHaveLength(bytes.length);
      for (const holders of placed) {
        expect(holders[0]).toBe('OwnMSP');
        expect(new Set(holders).size).toBe(replicas);
        expect(['OwnMSP', ...members]).toEqual(expect.arrayContaining(holders));
      }
    }),
  );
});

test('copies are balanced: no two members differ by more than the largest shard', () => {
  fc.assert(
    fc.property(sizes, others, fc.nat(), (bytes, members, more) => {
      const placed = placeShards(bytes, {
        owner: 'OwnMSP',
        others: members,
        replicas: 1 + (more % (members.length + 1)),
      });
      const loads = members.map((member) =>
        placed.reduce((sum, holders, index) => (holders.includes(member) ? sum + bytes[index]! : sum), 0),
      );
      expect(Math.max(0, ...loads) - Math.min(...loads, Infinity)).toBeLessThanOrEqual(Math.max(...bytes));
    }),
  );
});

test('the order in which members are named changes nothing', () => {
  fc.assert(
    fc.property(sizes, others, (bytes, members) => {
      const options = { owner: 'OwnMSP', replicas: members.length > 0 ? 2 : 1 };
      expect(placeShards(bytes, { ...options, others: [...members].reverse() })).toEqual(
        placeShards(bytes, { ...options, others: members }),
      );
    }),
  );
});

test.each([0, 3, 1.5])('%d copies on two members are refused', (replicas) => {
  expect(() => placeShards([1], { owner: 'AMSP', others: ['BMSP', 'AMSP'], replicas })).toThrow(RangeError);
});
