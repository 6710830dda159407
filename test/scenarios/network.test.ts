import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { everywhere } from '../../cli/src/consortium/settled';
import { COMMAND_LINE, Scenario } from './support/consortium';

/** Set by `./llmchain test --all`: the long forms, too. */
const ALL = process.env.LLMCHAIN_TEST_ALL === '1';
const PORTS = 28_700;

const State = z.object({ processes: z.array(z.object({ name: z.string(), pid: z.number() })) });
const Status = z.object({
  running: z.number(),
  healthy: z.number(),
  memoryBytes: z.number(),
  processes: z.array(z.object({ name: z.string(), state: z.string(), healthy: z.boolean() })),
  members: z.record(z.string(), z.object({ height: z.number().nullable() })),
});
const Examined = z.object({
  ok: z.boolean(),
  checks: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string(), remedy: z.string().nullable() })),
});
const Up = z.object({ height: z.number(), seconds: z.number() });
const Registered = z.looseObject({ works: z.array(z.looseObject({ id: z.string() })), block: z.number() });
const Work = z.looseObject({ title: z.string() });

const KINDS = ['ca', 'postgres', 'object-store', 'orderer', 'peer', 'chaincode', 'worker', 'gateway', 'log-keeper'];

describe('whatever is killed, up heals, and nothing acknowledged is lost', () => {
  let scenario: Scenario;
  const registered: string[] = [];
  /** The last block that a gateway acknowledged a work in. */
  let reached = 0;

  beforeAll(async () => {
    scenario = await Scenario.up(PORTS);
    await registers('before');
  });
  afterAll(() => scenario.reset());

  const pids = (): { name: string; pid: number }[] =>
    State.parse(JSON.parse(readFileSync(join(scenario.home, 'state.json'), 'utf8'))).processes;

  const end = (pid: number): void => {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it is dead already
    }
  };

  /** Ends without warning the processes whose names start so; at least one. */
  const kill = (...names: string[]): void => {
    const doomed = pids().filter(({ name }) => names.some((each) => name.startsWith(each)));
    expect(doomed.length).toBeGreaterThanOrEqual(names.length);
    for (const { pid } of doomed) end(pid);
  };

  const status = async (): Promise<z.infer<typeof Status>> => {
    const { answer, stderr } = await scenario.command('status');
    if (answer === undefined) throw new Error(stderr);
    return Status.parse(answer);
  };

  /** A new artist, enrolled just now, registers a verse; the gateway acknowledges it. */
  async function registers(name: string): Promise<void> {
    const artist = await scenario.someone('guild', 'artist', name);
    const work = {
      title: `verse ${name}`,
      medium: 'text',
      creators: [{ person: name, share: 10_000 }],
      preference: {},
      content: { text: `a verse of ${name}` },
    };
    const { works, block } = await artist.post('/v1/artworks', { works: [work] }, Registered);
    registered.push(...works.map(({ id }) => id));
    reached = block;
  }

  async function heals(): Promise<void> {
    const before = await status();
    const { code, answer, stderr } = await scenario.command('up');
    expect(stderr).not.toContain('✘');
    expect(code).toBe(0);
    expect(Up.parse(answer).seconds).toBeLessThan(120);
    const after = await status();
    expect(after.healthy).toBe(24);
    for (const [name, { height }] of Object.entries(after.members))
      expect(height).toBeGreaterThanOrEqual(before.members[name]?.height ?? 0);
    await everywhere(scenario.members, reached);
    for (const { admin } of scenario.members)
      for (const id of registered) expect((await admin.get(`/v1/artworks/${id}`, Work)).title).toMatch(/^verse /);
  }

  test('everything is healthy at first, and takes no more than 6 GiB', async () => {
    const { running, healthy, memoryBytes } = await status();
    expect([running, healthy]).toEqual([24, 24]);
    expect(memoryBytes).toBeLessThan(6 * 1024 ** 3);
    expect(Examined.parse((await scenario.command('doctor')).answer).checks.filter(({ ok }) => !ok)).toEqual([]);
  });

  test('one of every kind killed: doctor names them, up starts them again', async () => {
    const doomed = KINDS.map((kind) => pids().find(({ name }) => name === kind || name.startsWith(`${kind}-`))!);
    for (const { pid } of doomed) end(pid);
    await delay(200);
    const { code, answer } = await scenario.command('doctor');
    expect(code).toBe(1);
    const leftovers = Examined.parse(answer).checks.find(({ name }) => name === 'leftovers')!;
    for (const { name } of doomed) expect(leftovers.detail).toContain(name);
    const stopped = (await status()).processes.filter(({ state }) => state === 'stopped').map(({ name }) => name);
    expect(stopped.sort()).toEqual(doomed.map(({ name }) => name).sort());
    await heals();
    await registers('after');
  });

  test('everything killed at once', async () => {
    kill('');
    await heals();
    await registers('later');
  });

  test('a second consortium beside it, whose first up is killed half-way and done again', async () => {
    const home = mkdtempSync(join(tmpdir(), 'llmchain-scenario-'));
    const second = new Scenario(home, PORTS + 500);
    try {
      const words = ['up', '--without-models', '--home', home, '--port-base', String(PORTS + 500), '--json'];
      const first = spawn(process.execPath, [...COMMAND_LINE, ...words], { stdio: 'ignore' });
      const ended = once(first, 'exit');
      // The authorities enrol: their register is there, the consortium's description is not.
      while (first.exitCode === null && !existsSync(join(home, 'data', 'ca', 'guild', 'register.db'))) await delay(20);
      first.kill('SIGKILL');
      await ended;
      expect(existsSync(join(home, 'consortium.json'))).toBe(false);
      expect((await second.command('up')).code).toBe(0);
      expect(Status.parse((await second.command('status')).answer).healthy).toBe(24);
      expect((await status()).healthy).toBe(24);
      expect(readFileSync(join(home, 'roots', 'genesis.sha256'), 'utf8')).not.toBe(
        readFileSync(join(scenario.home, 'roots', 'genesis.sha256'), 'utf8'),
      );
    } finally {
      await second.reset();
    }
    expect((await status()).healthy).toBe(24);
  });

  (ALL ? test.each(KINDS) : test.skip.each(KINDS))('every %s killed, alone', async (kind) => {
    kill(kind);
    await heals();
    await registers(`without-${kind}`);
  });

  (ALL ? test : test.skip)('up killed again and again while it heals', async () => {
    kill('');
    for (const wait of [300, 800, 1500, 2500, 4000]) {
      const healing = spawn(process.execPath, [...COMMAND_LINE, 'up', '--without-models', '--home', scenario.home], {
        stdio: 'ignore',
      });
      const ended = once(healing, 'exit');
      await delay(wait);
      healing.kill('SIGKILL');
      await ended;
    }
    await heals();
  });
});
