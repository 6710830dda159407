import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { MemberApi } from '../../cli/src/api/member-api';
import { membersOf, type MemberAccess } from '../../cli/src/consortium/members';
import { everywhere } from '../../cli/src/consortium/settled';
import { programs } from '../../network/src';
import { Scenario } from './support/consortium';

/** Set by `./llmchain test --all`: these are long. */
const ALL = process.env.LLMCHAIN_TEST_ALL === '1';
const PORTS = 25_400;

const Examined = z.object({
  ok: z.boolean(),
  checks: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string(), remedy: z.string().nullable() })),
});
const Status = z.object({ healthy: z.number() });
const Commands = z.object({ processes: z.array(z.object({ name: z.string(), command: z.string() })) });
const Key = z.object({ id: z.string(), key: z.string() });
const Registered = z.looseObject({ works: z.array(z.looseObject({ id: z.string() })), block: z.number() });
const Work = z.looseObject({ title: z.string() });
const SILENT = { step: () => ({ done: () => undefined, fail: () => undefined }) };

/** Runs a program to its good end. */
function runs(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

const DAY = 24 * 3600 * 1000;
const MIB = 1024 ** 2;

/** Whether a file system of limited size can be made here: root alone may, and not in every container. */
const MOUNTS = ALL && mounts();

function mounts(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'llmchain-mount-'));
  const mounted = runs('mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder);
  if (mounted) runs('umount', folder);
  rmdirSync(folder);
  return mounted;
}

const check = (answer: unknown, name: string): z.infer<typeof Examined>['checks'][number] =>
  Examined.parse(answer).checks.find((each) => each.name === name)!;

(ALL ? describe : describe.skip)('under a clock that was set', () => {
  let scenario: Scenario;
  beforeAll(async () => (scenario = await Scenario.up(PORTS)));
  afterAll(() => scenario.reset());

  test.each([
    ['back by a day', -DAY, 'the last block was written'],
    ['back to before the certificates', -20 * 365 * DAY, 'the last block was written'],
    ['on to after the certificates', 20 * 365 * DAY, 'the certificates of the members hold from'],
  ])('%s: doctor names it, up does not start under it, nothing is changed', async (_, offset, detail) => {
    const preload = `--require ${resolve(__dirname, '../support/clock.cjs')}`;
    const env = { NODE_OPTIONS: preload, TEST_CLOCK_OFFSET: String(offset) };
    const late = new Scenario(scenario.home, scenario.portBase, env);
    expect(check((await late.command('doctor')).answer, 'clock')).toMatchObject({
      ok: false,
      detail: expect.stringContaining(detail),
      remedy: expect.stringContaining("set the machine's clock"),
    });
    const { code, answer } = await late.command('up');
    expect([code, answer]).toMatchObject([1, { error: { code: 'clock_wrong' } }]);
    expect(check((await scenario.command('doctor')).answer, 'clock').ok).toBe(true);
    expect(Status.parse((await scenario.command('status')).answer).healthy).toBe(24);
  });
});

(ALL ? describe : describe.skip)('with the programs of a release in FABRIC_BIN', () => {
  test('up runs those, and says what is missing from the folder', async () => {
    const release = mkdtempSync(join(tmpdir(), 'llmchain-release-'));
    const { peer, sampleConfig, ...others } = await programs({ report: SILENT });
    const fabric = [peer, others.orderer, others.configtxgen, others.configtxlator, others.osnadmin];
    for (const file of [...fabric, others.fabricCaServer]) await copied(file, join(release, 'bin'));
    const home = mkdtempSync(join(tmpdir(), 'llmchain-scenario-'));
    const scenario = new Scenario(home, PORTS, { FABRIC_BIN: join(release, 'bin') });
    try {
      const { code, answer } = await scenario.command('up');
      expect([code, answer]).toMatchObject([1, { error: { code: 'missing_program' } }]);
      expect(check((await scenario.command('doctor')).answer, 'fabric-bin')).toMatchObject({ ok: false });
      for (const file of Object.values(sampleConfig)) await copied(file, join(release, 'config'));
      expect(await scenario.command('up')).toMatchObject({ code: 0 });
      expect(check((await scenario.command('doctor')).answer, 'fabric-bin')).toMatchObject({ ok: true });
      const { processes } = Commands.parse(JSON.parse(readFileSync(join(home, 'state.json'), 'utf8')));
      const used = processes.filter(({ command }) => command.startsWith(release)).map(({ name }) => name);
      const members = ['guild', 'archive', 'lab', 'compute'];
      const expected = ['ca', ...members.map((name) => `orderer-${name}`), ...members.map((name) => `peer-${name}`)];
      expect(used.sort()).toEqual(expected.sort());
    } finally {
      await scenario.reset();
      rmSync(release, { recursive: true });
    }
  });
});

// Skipped where no file system of limited size can be mounted (not root, or a container without the right to).
(MOUNTS ? describe : describe.skip)('on a disk that is full', () => {
  const mounted = (mib: number): string => {
    const folder = mkdtempSync(join(tmpdir(), 'llmchain-disk-'));
    expect(runs('mount', '-t', 'tmpfs', '-o', `size=${mib}m,mode=700`, 'tmpfs', folder)).toBe(true);
    return folder;
  };
  const unmount = (folder: string): void => {
    expect(runs('umount', folder)).toBe(true);
    rmdirSync(folder);
  };

  test('from the start: up and doctor name it, and nothing is left', async () => {
    const disk = mounted(200);
    const scenario = new Scenario(join(disk, 'home'), PORTS);
    try {
      const { code, answer } = await scenario.command('up');
      expect([code, answer]).toMatchObject([1, { error: { code: 'disk_full' } }]);
      expect((answer as { error: { message: string } }).error.message).toContain(disk);
      expect(check((await scenario.command('doctor')).answer, 'disk-home')).toMatchObject({ ok: false });
      await scenario.reset();
      expect(readdirSync(disk)).toEqual([]);
    } finally {
      unmount(disk);
    }
  });

  test('in the middle of work: what was acknowledged is there once there is room again', async () => {
    const disk = mounted(2048);
    const scenario = new Scenario(join(disk, 'home'), PORTS);
    try {
      expect(await scenario.command('up')).toMatchObject({ code: 0 });
      const members = await membersOf(scenario.home);
      const artist = await artistOf(scenario, members[0]!, 'gwen');
      const acknowledged = [await registered(artist, 'gwen', 0)];
      const filler = join(disk, 'filler');
      fill(filler);
      // Whatever is said while nothing can be written, it is an error with a code, and what is acknowledged is kept.
      for (let number = 1; number <= 5; number++)
        await registered(artist, 'gwen', number).then(
          (work) => acknowledged.push(work),
          (error: unknown) => expect(error).toMatchObject({ code: expect.stringMatching(/^[a-z_]+$/) }),
        );
      const { code, answer } = await scenario.command('up');
      expect([code, answer]).toMatchObject([1, { error: { code: 'disk_full' } }]);
      expect(check((await scenario.command('doctor')).answer, 'disk-home')).toMatchObject({ ok: false });
      rmSync(filler);
      const healed = await scenario.command('up');
      expect(healed.stderr).not.toContain('✘');
      expect(healed.code).toBe(0);
      acknowledged.push(await registered(artist, 'gwen', 6));
      await everywhere(members, Math.max(...acknowledged.map(({ block }) => block)));
      for (const { admin } of members)
        for (const { id } of acknowledged) expect((await admin.get(`/v1/artworks/${id}`, Work)).title).toBe('verse');
    } finally {
      await scenario.reset();
      unmount(disk);
    }
  });

  /** Takes all that is left of a disk. */
  function fill(file: string): void {
    const descriptor = openSync(file, 'w');
    const chunk = Buffer.alloc(MIB, 1);
    try {
      for (let size = MIB; size >= 1; size = Math.floor(size / 2))
        while (written(descriptor, chunk.subarray(0, size)) === size);
    } finally {
      closeSync(descriptor);
    }
  }

  function written(descriptor: number, chunk: Buffer): number {
    try {
      return writeSync(descriptor, chunk);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return 0;
      throw error;
    }
  }
});

async function artistOf(scenario: Scenario, { admin }: MemberAccess, name: string): Promise<MemberApi> {
  const words = ['key', 'create', '--member', 'guild', '--role', 'artist', '--name', name];
  return new MemberApi(admin.url, Key.parse((await scenario.command(...words)).answer).key);
}

async function registered(artist: MemberApi, name: string, number: number): Promise<{ id: string; block: number }> {
  const work = {
    title: 'verse',
    medium: 'text',
    creators: [{ person: name, share: 10_000 }],
    preference: {},
    content: { text: `verse ${number} of ${name}` },
  };
  const { works, block } = await artist.post('/v1/artworks', { works: [work] }, Registered);
  return { id: works[0]!.id, block };
}

async function copied(file: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await copyFile(file, join(folder, basename(file)));
}
