import { expect } from '@jest/globals';
import fc from 'fast-check';
import { portUses, processNames } from './process-names';
import { MEMBER_NAMES, MOST_WORKERS, type WorkerCounts } from './members';
import { topologyOf } from './topology';

const countOfEach = { minLength: 4, maxLength: 4 };
const portBase = fc.integer({ min: 1024, max: 65_075 });

test('the sample consortium on its default ports', () => {
  const topology = topologyOf(8000);
  expect(topology.members.map(({ mspId }) => mspId)).toEqual(['GuildMSP', 'ArchiveMSP', 'LabMSP', 'ComputeMSP']);
  expect(topology.members.map(({ ports }) => ports.gateway)).toEqual([8080, 8081, 8082, 8083]);
  expect(topology.members[3]!.ports).toEqual({
    gateway: 8083,
    peerApi: 8093,
    orderer: 8450,
    peer: 8451,
    chaincode: 8452,
    chaincodeListen: 8453,
    peerOperations: 8454,
    ordererAdmin: 8455,
    ordererOperations: 8456,
    annex: 8457,
  });
  expect(topology.members[3]!.workers).toEqual([{ number: 1, id: 'compute-worker-1', port: 8460 }]);
  expect(topology).toMatchObject({ channel: 'llmchain', chaincode: 'llmchain', postgres: 8032, objectStore: 8033 });
});

test('on any port base and with any workers, no port or name is used twice and all are valid', () => {
  fc.assert(
    fc.property(portBase, fc.array(fc.integer({ min: 1, max: MOST_WORKERS }), countOfEach), (base, counts) => {
      const workers = Object.fromEntries(MEMBER_NAMES.map((name, at) => [name, counts[at]!]));
      fc.pre(base + 460 + counts[3]! - 1 <= 65_535);
      const topology = topologyOf(base, workers);
      const ports = portUses(topology).map(({ port }) => port);
      expect(new Set(ports).size).toBe(ports.length);
      expect(new Set(processNames(topology)).size).toBe(processNames(topology).length);
      expect(ports).toHaveLength(4 + 4 * 9 + counts.reduce((sum, count) => sum + count, 0));
      expect(ports.every((port) => port >= base && port <= 65_535)).toBe(true);
    }),
  );
});

test('a port base that leaves no room is refused', () => {
  fc.assert(
    fc.property(fc.oneof(fc.integer({ max: 1023 }), fc.integer({ min: 65_076 }), fc.constant(8000.5)), (base) => {
      expect(() => topologyOf(base)).toThrow('--port-base');
    }),
  );
});

test('more workers of one member move nothing of the others, and nothing of what was there', () => {
  const [before, after] = [topologyOf(8000), topologyOf(8000, { lab: 3 })];
  expect(after.members[2]!.workers.slice(0, 1)).toEqual(before.members[2]!.workers);
  expect(after.members[2]!.workers.slice(1)).toEqual([
    { number: 2, id: 'lab-worker-2', port: 8361 },
    { number: 3, id: 'lab-worker-3', port: 8362 },
  ]);
  expect([...after.members].map(({ workers, ...rest }) => [rest, workers[0]])).toEqual(
    before.members.map(({ workers, ...rest }) => [rest, workers[0]]),
  );
  expect(processNames(after).filter((name) => !processNames(before).includes(name))).toEqual([
    'worker-lab-2',
    'worker-lab-3',
  ]);
});

test.each([{ nobody: 2 }, { lab: 0 }, { lab: -1 }, { lab: 1.5 }, { lab: MOST_WORKERS + 1 }, { lab: Number.NaN }])(
  'workers %j are refused',
  async (workers) => {
    await expect(() => topologyOf(8000, workers as WorkerCounts)).toThrowWithCode('invalid_argument');
  },
);

test('every port belongs to a process that is started', () => {
  const topology = topologyOf(8000);
  const names = processNames(topology);
  expect(names).toHaveLength(24);
  expect(new Set(portUses(topology).map(({ process }) => process))).toEqual(
    new Set(names.filter((name) => name !== 'log-keeper')),
  );
});
