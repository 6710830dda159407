import type { Status } from '@llmchain/network';
import { describeChecks } from './doctor';
import { describeStatus } from './status';

const NOW = Date.parse('2030-01-01T00:00:00Z');
const MIB = 1024 ** 2;

test('status tells of each process, each ledger and the versions', () => {
  const process = { state: 'running', pid: 7, healthy: true, memoryBytes: 50 * MIB, log: '/home/x/logs/peer.log' };
  const status = {
    home: '/home/x',
    portBase: 8000,
    running: 1,
    healthy: 1,
    memoryBytes: 50 * MIB,
    processes: [
      { ...process, name: 'peer-guild', startedAt: NOW - 185 * 60_000 },
      { ...process, name: 'peer-lab', state: 'stopped', pid: null, startedAt: null, healthy: false, memoryBytes: 0 },
    ],
    members: {
      guild: { mspId: 'GuildMSP', gateway: 'http://localhost:8080', height: 12, leads: true },
      lab: { mspId: 'LabMSP', gateway: 'http://localhost:8082', height: null, leads: false },
    },
    versions: { node: 'v20', fabric: 'v3', fabricCa: 'v1', versitygw: 'v1', postgres: '18', chaincode: 'llmchain:1' },
  } as unknown as Status;
  expect(describeStatus(status, NOW).split('\n')).toEqual([
    '   peer-guild         healthy    pid 7           50 MiB   up 3 h 5 min',
    '   peer-lab           stopped',
    '',
    '   guild     http://localhost:8080   12 blocks, leads the ordering',
    '   lab       http://localhost:8082   no answer',
    '',
    '   1 of 2 processes run, 1 are healthy, 50 MiB of memory',
    '   Node.js v20, Fabric v3, fabric-ca v1, versitygw v1, Postgres 18',
    '   chaincode llmchain:1',
  ]);
});

test('doctor says what to do about what is wrong, and no more', () => {
  const checks = [
    { name: 'node', ok: true, detail: 'v20.20.2', remedy: null },
    { name: 'git', ok: false, detail: 'not in PATH', remedy: 'install git' },
  ];
  expect(describeChecks(checks)).toBe(
    [
      ' ✔ node           v20.20.2',
      ' ✘ git            not in PATH',
      '                  → install git',
      '',
      '1 of 2 need attention.',
    ].join('\n'),
  );
  expect(describeChecks(checks.slice(0, 1))).toContain('All is well.');
});
