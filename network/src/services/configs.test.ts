import { layoutOf } from '../topology/layout';
import { planSplit } from '../topology/splits';
import { topologyOf } from '../topology/topology';
import { gatewayConfig, workerConfig } from './configs';

const topology = topologyOf(8000);
const layout = layoutOf('/home/x');

test('a gateway knows its own files and every member', () => {
  const config = gatewayConfig(topology, topology.members[2]!, layout);
  expect(config).toMatchObject({
    member: { name: 'lab', mspId: 'LabMSP' },
    listen: { host: '127.0.0.1', port: 8082 },
    peerListen: { host: '127.0.0.1', port: 8092 },
    fabric: { peer: { address: 'localhost:8351' }, identity: { mspId: 'LabMSP' } },
    objectStore: { host: 'localhost', port: 8033, bucket: 'llmchain-lab' },
    authority: {
      url: 'https://localhost:8034',
      caName: 'lab',
      registrar: '/home/x/members/lab/gateway-registrar.json',
    },
    roots: '/home/x/roots',
    adminKey: '/home/x/members/lab/admin.key',
    anchorEveryMs: 1000,
  });
  expect(config.consortium.members[3]).toEqual({
    name: 'compute',
    mspId: 'ComputeMSP',
    gateway: 'http://localhost:8083',
    peerApi: 'https://localhost:8093',
    workers: [{ id: 'compute-worker-1', address: 'localhost:8460', preference: 1 }],
    peer: 'localhost:8451',
    tlsRoot: '/home/x/members/compute/ca/tls-ca.pem',
  });
});

test('one member serves, all verify', () => {
  const roles = topology.members.map((member) => workerConfig(topology, member, member.workers[0], layout).roles);
  expect(roles).toEqual([['verify'], ['verify'], ['verify'], ['serve', 'verify']]);
});

test('worker and chaincode of a member meet at one socket', () => {
  const [guild] = topology.members;
  const config = workerConfig(topology, guild!, guild!.workers[0], layout);
  expect(config.workerId).toBe('guild-worker-1');
  expect(config.verifierSocket).toBe('/home/x/run/guild/verifier.sock');
});

test('further workers serve, each with keys and folders of its own, and every gateway knows all of them', () => {
  const larger = topologyOf(8000, { guild: 2, compute: 2 });
  const [guild] = larger.members;
  const [first, second] = guild!.workers.map((worker) => workerConfig(larger, guild!, worker, layout));
  expect(second).toMatchObject({ roles: ['serve'], workerId: 'guild-worker-2', listen: { port: 8161 } });
  for (const own of ['signingKey', 'tls', 'models', 'outbox', 'verdicts', 'verifierSocket'] as const)
    expect(second![own]).not.toEqual(first![own]);
  expect(second!.fabric.identity).not.toEqual(first!.fabric.identity);
  for (const member of larger.members)
    expect(gatewayConfig(larger, member, layout).consortium.members.map(({ workers }) => workers)).toEqual([
      [
        { id: 'guild-worker-1', address: 'localhost:8160', preference: 1 },
        { id: 'guild-worker-2', address: 'localhost:8161', preference: 1 },
      ],
      [{ id: 'archive-worker-1', address: 'localhost:8260', preference: 1 }],
      [{ id: 'lab-worker-1', address: 'localhost:8360', preference: 1 }],
      [
        { id: 'compute-worker-1', address: 'localhost:8460', preference: 1 },
        { id: 'compute-worker-2', address: 'localhost:8461', preference: 1 },
      ],
    ]);
});

test('of a version that is split, holders are told what they hold and for whom, and the one that answers whom to ask', () => {
  const { workers, splits } = planSplit(
    { model: 'large', version: 1, layers: 30, ranges: 2, over: ['compute', 'lab'], head: 'compute' },
    { workers: {}, splits: [] },
  );
  const split = topologyOf(8000, workers, splits);
  const configs = split.members.flatMap((member) =>
    member.workers.map((worker) => workerConfig(split, member, worker, layout)),
  );
  const layers = { model: 'large', version: 1, heads: ['ComputeMSP'] };
  expect(configs.filter(({ holds }) => holds.length > 0).map(({ workerId, holds }) => [workerId, holds])).toEqual([
    ['lab-worker-2', [{ ...layers, first: 0, last: 14 }]],
    ['lab-worker-3', [{ ...layers, first: 15, last: 29 }]],
    ['compute-worker-2', [{ ...layers, first: 0, last: 14 }]],
    ['compute-worker-3', [{ ...layers, first: 15, last: 29 }]],
  ]);
  const byGuild = topologyOf(8000, workers, [{ ...splits[0]!, head: 'guild-worker-1' }]);
  const [guild] = byGuild.members;
  expect(workerConfig(byGuild, guild!, guild!.workers[0], layout).roles).toEqual(['serve', 'verify']);
  expect(configs.flatMap(({ workerId, pipelines }) => pipelines.map((each) => [workerId, each.ranges]))).toEqual([
    ['compute-worker-1', splits[0]!.ranges],
  ]);
});
