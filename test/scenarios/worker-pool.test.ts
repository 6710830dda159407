import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { MemberApi } from '../../cli/src/api/member-api';
import { askForVerses, receiptOnce, untilServed } from '../../cli/src/demo/verses';
import { SMOLLM2 } from '../../cli/src/models/smollm2';
import { decide } from '../../cli/src/consortium/decide';
import { Scenario, WITH_MODELS } from './support/consortium';
import { Pool } from './support/pool';

/** Set by `./llmchain test --all`: five workers load half a gigabyte of weights each. */
const ALL = process.env.LLMCHAIN_TEST_ALL === '1';
const PORTS = 24_400;
const MODEL = { model: SMOLLM2.model, version: SMOLLM2.version };
const BOTH = ['compute-worker-1', 'compute-worker-2'];
const PROMPT = 'Tell me a long story of a lighthouse keeper.';

const Up = z.object({
  members: z.record(
    z.string(),
    z.object({ worker: z.string(), workers: z.array(z.object({ id: z.string(), address: z.string() })) }),
  ),
});
const Status = z.object({
  processes: z.array(z.object({ name: z.string(), state: z.string(), healthy: z.boolean() })),
});

(ALL ? describe : describe.skip)('several workers of a member, and of several members, on a real network', () => {
  let scenario: Scenario;
  let caller: MemberApi;
  let pool: Pool;

  beforeAll(async () => {
    scenario = await Scenario.up(PORTS, WITH_MODELS, '--workers', 'compute=2');
    caller = await scenario.someone('archive', 'caller', 'reader', 50_000_000);
    pool = await Pool.of(scenario.home, 'archive');
    await pool.loaded(MODEL, BOTH, 300);
  }, 900_000);
  afterAll(async () => {
    await scenario.reset();
    pool.close();
  });

  /** An answer without chance in it. @param onPiece told how many pieces of text have come */
  const ask = async (prompt: string, maxTokens: number, onPiece: (pieces: number) => void = () => undefined) => {
    let pieces = 0;
    return askForVerses(caller, MODEL.model, prompt, () => onPiece(++pieces), maxTokens, 0);
  };

  const status = (id: string) => caller.call('GET /v1/receipts/{id}', { params: { id } });

  /** That rivals of the producer computed it again, and endorsed. */
  async function isAccepted(id: string): Promise<void> {
    const { state, producer, endorsers } = await receiptOnce(caller, id, (one) => one.state === 'accepted', 180);
    expect({ state, producer, endorsers: endorsers.length }).toEqual({
      state: 'accepted',
      producer: 'ComputeMSP',
      endorsers: 2,
    });
    expect(endorsers).not.toContain(producer);
  }

  /** An answer whose worker is sent a signal when some of it has come. @returns also that worker's id */
  async function disturbed(signal: NodeJS.Signals, maxTokens: number) {
    let struck: Promise<string> | undefined;
    const strike = async (): Promise<string> => {
      const [worker, ...others] = await pool.answering(MODEL);
      expect(others).toEqual([]);
      await pool.signal(worker!, signal);
      return worker!;
    };
    const answer = await ask(PROMPT, maxTokens, (pieces) => {
      if (pieces === 10) struck = strike();
    });
    const worker = await struck!;
    return { ...answer, worker, other: BOTH.find((id) => id !== worker)! };
  }

  test('each has its own key on the ledger, stake and row; a second up keeps both, and neither fewer nor too many', async () => {
    const { data: signers } = await caller.call('GET /v1/signers', { query: { limit: 100 } });
    const keys = new Map(signers.map(({ signer, publicKey }) => [signer, publicKey]));
    const { data: stakes } = await caller.call('GET /v1/stakes', { query: { limit: 100 } });
    for (const id of BOTH) expect([keys.has(id), stakes.some(({ worker }) => worker === id)]).toEqual([true, true]);
    expect(keys.get(BOTH[0]!)).not.toBe(keys.get(BOTH[1]!));
    const again = Up.parse((await scenario.command('up')).answer);
    expect(again.members['compute']).toEqual({
      worker: `localhost:${PORTS + 460}`,
      workers: BOTH.map((id, at) => ({ id, address: `localhost:${PORTS + 460 + at}` })),
    });
    const { processes } = Status.parse((await scenario.command('status')).answer);
    expect(processes.filter(({ name }) => name.startsWith('worker-compute'))).toEqual([
      { name: 'worker-compute', state: 'running', healthy: true },
      { name: 'worker-compute-2', state: 'running', healthy: true },
    ]);
    for (const counts of ['compute=1', 'compute=0', 'nobody=2', 'compute=99'])
      expect((await scenario.command('up', '--workers', counts)).code).not.toBe(0);
  });

  test('a worker that is killed in mid-answer is gone on for with the same text, left alone, and serves when it is back', async () => {
    const whole = await ask(PROMPT, 120);
    const { receipt: undisturbed } = await status(whole.receipt);
    const answer = await disturbed('SIGKILL', 120);
    expect(answer.text).toBe(whole.text);

    // What was killed signed nothing: the caller pays for the tokens after it alone.
    const { segments } = await status(answer.receipt);
    expect(segments).toHaveLength(1);
    const [{ id, worker, from, tokens, amount }] = segments as [(typeof segments)[number]];
    expect(worker).toBe(answer.other);
    expect(from).toBeGreaterThan(0);
    expect(from + tokens).toBe(undisturbed.body.completionTokens);
    expect(amount).toBeLessThan(undisturbed.body.amount);
    await isAccepted(id);

    for (const prompt of ['Name a river.', 'Name a mountain.', 'Name a sea.'])
      expect((await status((await ask(prompt, 4)).receipt)).worker).toBe(answer.other);

    expect((await scenario.command('up')).code).toBe(0);
    await pool.loaded(MODEL, BOTH);
    const serving = new Set<string>();
    for (let round = 0; round < 20 && serving.size < 2; round++) {
      const answers = await Promise.all([1, 2].map((number) => ask(`Verse ${round} of ${number}`, 8)));
      for (const { receipt } of answers) serving.add((await status(receipt)).worker);
    }
    expect([...serving].sort()).toEqual(BOTH);
  });

  test('of a worker that is told to stop, both parts of the answer are anchored and accepted, for the price of one', async () => {
    const whole = await ask(PROMPT, 480);
    const { receipt: undisturbed } = await status(whole.receipt);
    const answer = await disturbed('SIGTERM', 480);
    expect(answer.text).toBe(whole.text);
    // Its gateway fetches the first receipt when the worker is back, where it has not before.
    expect((await scenario.command('up')).code).toBe(0);
    const { segments } = await status(answer.receipt);
    expect(segments.map(({ worker }) => worker)).toEqual([answer.worker, answer.other]);
    expect(segments[1]!.from).toBe(segments[0]!.tokens);
    expect(segments.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(undisturbed.body.completionTokens);
    expect(segments.reduce((sum, { amount }) => sum + amount, 0)).toBe(undisturbed.body.amount);
    for (const { id } of segments) await isAccepted(id);
  });

  test('nothing is ordered of a worker that the members suspended, however idle, until they reinstate it', async () => {
    const [suspended, other] = BOTH as [string, string];
    await decide(scenario.members, 'it-lied', { kind: 'suspend', worker: suspended, reason: 'it lied' });
    const { data } = await caller.call('GET /v1/suspensions', { query: { limit: 100 } });
    expect(data).toMatchObject([{ worker: suspended, periods: [{ proposal: 'it-lied', reason: 'it lied' }] }]);
    // For longer than a gateway believes what it heard of suspensions.
    await delay(2_500);
    const asked = await Promise.all([1, 2, 3, 4].map((number) => ask(`Name ${number} rivers.`, 8)));
    for (const { receipt } of asked) expect((await status(receipt)).worker).toBe(other);
    await decide(scenario.members, 'it-was-mended', { kind: 'reinstate', worker: suspended, reason: 'it was mended' });
    await delay(2_500);
    const serving = new Set<string>();
    for (let round = 0; round < 20 && !serving.has(suspended); round++) {
      const answers = await Promise.all([1, 2].map((number) => ask(`Line ${round} of ${number}`, 8)));
      for (const { receipt } of answers) serving.add((await status(receipt)).worker);
    }
    expect(serving).toContain(suspended);
    await isAccepted(asked[0]!.receipt);
  });

  const SPLIT = 'smollm2@1';
  /** What a process has logged since a moment of its log. */
  const logged = (name: string): string => readFileSync(join(scenario.home, 'logs', `${name}.log`), 'utf8');

  /** Waits until holders that were started for a split have their layers. */
  async function held(...names: string[]): Promise<void> {
    for (let left = 240; names.some((name) => !logged(name).includes('model version ready')); left--) {
      if (left === 0) throw new Error(`${names.join(', ')} have not loaded their layers`);
      await delay(500);
    }
  }

  test('split over two members, a model gives the same answers, also when a holder is killed in mid-answer', async () => {
    const whole = await ask(PROMPT, 120);
    const { receipt: undisturbed } = await status(whole.receipt);
    const { code, answer } = await scenario.command('model', 'split', SPLIT, '--over', 'compute,lab');
    expect({ code, answer }).toMatchObject({
      code: 0,
      answer: {
        head: 'compute-worker-1',
        ranges: [
          { first: 0, last: 14, holders: ['compute-worker-2', 'lab-worker-2'] },
          { first: 15, last: 29, holders: ['lab-worker-3', 'compute-worker-3'] },
        ],
      },
    });
    await held('worker-lab-2', 'worker-lab-3', 'worker-compute-3');
    // What it thought of its holders while they loaded is gone with the process: it asks the first of each range.
    await pool.signal('compute-worker-1', 'SIGTERM');
    expect((await scenario.command('up')).code).toBe(0);
    await untilServed(caller, SPLIT, 120);

    const through = await ask(PROMPT, 120);
    expect(through.text).toBe(whole.text);
    await isAccepted(through.receipt);

    const before = logged('worker-compute').length;
    let struck: Promise<void> | undefined;
    const disturbed = await ask(PROMPT, 120, (pieces) => {
      if (pieces === 10) struck = pool.signal('lab-worker-3', 'SIGKILL');
    });
    await struck!;
    expect(logged('worker-compute').slice(before)).toMatch(/"holder":"lab-worker-3".*a holder failed/);
    expect(disturbed.text).toBe(whole.text);
    const { segments } = await status(disturbed.receipt);
    expect(segments).toMatchObject([
      {
        worker: 'compute-worker-1',
        from: 0,
        amount: undisturbed.body.amount,
        tokens: undisturbed.body.completionTokens,
      },
    ]);
    await isAccepted(disturbed.receipt);

    // Without any holder of a range there is no answer: nothing else computes it.
    await pool.signal('compute-worker-3', 'SIGKILL');
    await expect(ask('Name a river.', 4)).rejects.toMatchObject({ status: 503 });
    expect((await scenario.command('up')).code).toBe(0);
    await untilServed(caller, SPLIT, 120);
  }, 600_000);

  test('joined, it is loaded whole again, and what is not split cannot be joined', async () => {
    expect((await scenario.command('model', 'join', SPLIT)).code).toBe(0);
    await pool.loaded(MODEL, BOTH);
    await ask('Name a river.', 4);
    const again = await scenario.command('model', 'join', SPLIT);
    expect(again).toMatchObject({ code: 1, answer: { error: { code: 'invalid_argument' } } });
  });
});
