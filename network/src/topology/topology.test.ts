import fc from 'fast-check';
import { portUses, processNames } from './process-names';
import { topologyOf } from './topology';

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
    worker: 8460,
  });
  expect(topology).toMatchObject({ channel: 'llmchain', chaincode: 'llmchain', postgres: 8032, objectStore: 8033 });
});

test('on any port base, no port is used twice and all are valid', () => {
  fc.assert(
    fc.property(portBase, (base) => {
      const ports = portUses(topologyOf(base)).map(({ port }) => port);
      expect(new Set(ports).size).toBe(ports.length);
      expect(ports).toHaveLength(4 + 4 * 10);
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

test('every port belongs to a process that is started', () => {
  const topology = topologyOf(8000);
  const names = processNames(topology);
  expect(names).toHaveLength(24);
  expect(new Set(portUses(topology).map(({ process }) => process))).toEqual(
    new Set(names.filter((name) => name !== 'log-keeper')),
  );
});
