import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { claimHome } from '../home';
import { Processes } from '../processes/processes';
import { ProcessState } from '../processes/state';
import { layoutOf, type Layout } from '../topology/layout';
import { isAtLeast, type Check } from './check';
import { examine } from './doctor';
import { checkLeftovers, checkPermissions } from './home';

// Compilers and pip take their time to say their versions on a busy machine.
jest.setTimeout(60_000);

let home: string;
let layout: Layout;
beforeEach(async () => {
  home = mkdtempSync(path.join(os.tmpdir(), 'llmchain-doctor-'));
  layout = layoutOf(home);
  await claimHome(layout);
});
afterEach(() => rmSync(home, { recursive: true }));

const examined = async (name: string, options: { portBase?: number; fabricBin?: string } = {}): Promise<Check> =>
  (await examine({ layout, cache: path.join(home, 'cache'), ...options })).find((check) => check.name === name)!;

test.each([
  ['v20.20.2', [20, 19], true],
  ['v20.9.0', [20, 19], false],
  ['go1.26.8', [1, 24], true],
  ['go1.24rc1', [1, 24], true],
  ['Python 3.11.7', [3, 9], true],
  ['Python 3.8', [3, 9], false],
  ['v3', [3, 1], false],
])('%s is at least %j: %s', (version, least, answer) => {
  expect(isAtLeast(version, least)).toBe(answer);
});

test('a healthy machine has every check, each with what was found', async () => {
  const checks = await examine({ layout });
  const expected = ['node', 'go', 'c-compiler', 'python', 'git', 'disk-home', 'disk-database', 'memory', 'ports'];
  expect(checks.map(({ name }) => name)).toEqual(expect.arrayContaining([...expected, 'clock', 'leftovers']));
  for (const { ok, detail, remedy } of checks) {
    expect(detail).not.toBe('');
    expect(remedy === null).toBe(ok);
  }
});

test('a missing compiler is named while there is something to build', async () => {
  const found = process.env['PATH'];
  process.env['PATH'] = home;
  try {
    for (const name of ['go', 'c-compiler', 'python', 'git'])
      expect(await examined(name)).toMatchObject({ ok: false, remedy: expect.stringContaining('install') });
  } finally {
    process.env['PATH'] = found;
  }
});

test('a port that another holds is named with its holder', async () => {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const check = await examined('ports', { portBase: port - 32 });
  expect(check).toMatchObject({ ok: false, detail: expect.stringContaining(`process ${process.pid}`) });
  await new Promise((resolve) => server.close(resolve));
});

test('a FABRIC_BIN without programs is named', async () => {
  const fabricBin = path.join(home, 'bin');
  mkdirSync(fabricBin);
  expect(await examined('fabric-bin', { fabricBin })).toMatchObject({
    ok: false,
    detail: expect.stringContaining(path.join(fabricBin, 'peer')),
  });
});

test('a process that was killed, and one that nobody knows, are found', async () => {
  const state = new ProcessState({ file: layout.state });
  const processes = new Processes({ logs: layout.logs, log: (name) => layout.log(name) }, { state });
  const sleeper = { command: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'], env: {}, cwd: home };
  await processes.ensure({ name: 'peer-guild', ...sleeper });
  expect(checkLeftovers(layout, state)).toMatchObject({ ok: true });
  const { pid } = processes.running('peer-guild')!;
  state.remove('peer-guild');
  expect(checkLeftovers(layout, state)).toMatchObject({ ok: false, detail: expect.stringContaining(String(pid)) });
  process.kill(pid, 'SIGKILL');
  await processes.ensure({ name: 'peer-lab', ...sleeper });
  process.kill(processes.running('peer-lab')!.pid, 'SIGKILL');
  while (processes.running('peer-lab') !== undefined) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(checkLeftovers(layout, state)).toMatchObject({
    ok: false,
    detail: 'peer-lab ended without being told to',
    remedy: expect.stringContaining('llmchain up'),
  });
});

test('an open home and an open secret are named, a readable certificate is not', async () => {
  const file = (name: string, mode: number): string => {
    const at = path.join(layout.members, 'guild', name);
    mkdirSync(path.dirname(at), { recursive: true });
    writeFileSync(at, '-----BEGIN CERTIFICATE-----\n');
    chmodSync(at, mode);
    return at;
  };
  chmodSync(home, 0o700);
  file('ca.pem', 0o644);
  file('admin.key', 0o600);
  expect(await checkPermissions(layout)).toMatchObject({ ok: true });
  const open = file('gateway.key', 0o644);
  expect(await checkPermissions(layout)).toMatchObject({ ok: false, detail: expect.stringContaining(open) });
  chmodSync(open, 0o600);
  chmodSync(home, 0o755);
  expect(await checkPermissions(layout)).toMatchObject({ ok: false, detail: expect.stringContaining(home) });
});
