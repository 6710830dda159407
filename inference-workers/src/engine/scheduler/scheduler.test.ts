import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from '@jest/globals';
import { sha256Hex } from '@llmchain/protocol';
import { tinyModel, TINY } from '../../../../test/support/worker-model';
import { SCHEDULING, ServableModel } from '../../models/servable-model';
import { clearFolder } from '../../files/model-files';
import type { Decoder, Pass } from '../decoder/decoder';
import type { Generated, GenerationRequest } from '../generation';
import { replay } from '../replay';
import { Scheduler, type SchedulerOptions } from './scheduler';

const never = new AbortController().signal;
let folder: string;
let model: ServableModel;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'scheduler-'));
  model = await ServableModel.load(clearFolder(folder), await tinyModel(folder, { seed: 1 }), {
    provider: 'cpu',
    threads: 1,
  });
});
afterAll(async () => {
  await model.close();
  await rm(folder, { recursive: true });
});

/** The model's decoder, and the passes that it was asked for; a pass that `fail` names breaks. */
function watched(fail: (pass: Pass) => boolean = () => false): { decoder: Decoder; passes: Pass[] } {
  const passes: Pass[] = [];
  const { decoder } = model;
  return {
    passes,
    decoder: {
      geometry: decoder.geometry,
      batches: decoder.batches,
      hiddenSize: decoder.hiddenSize,
      bytesFor: decoder.bytesFor.bind(decoder),
      close: () => Promise.resolve(),
      allocate: (rows, tokens) => {
        const cache = decoder.allocate(rows, tokens);
        const forward = cache.forward.bind(cache);
        cache.forward = (pass) => {
          passes.push(pass);
          return fail(pass) ? Promise.reject(new Error('the device is gone')) : forward(pass);
        };
        return cache;
      },
    },
  };
}

function scheduler(changes: Partial<SchedulerOptions> = {}, decoder: Decoder = model.decoder): Scheduler {
  const { contextTokens, stopTokens } = model;
  return new Scheduler({ ...SCHEDULING, ...changes }, { decoder, contextTokens, stopTokens });
}

const request = (text: string, changes: Partial<GenerationRequest> = {}): GenerationRequest => ({
  prompt: model.prompts.encode({ kind: 'completion', prompt: text }),
  seed: sha256Hex(text),
  temperatureMilli: 800,
  maxTokens: 24,
  tenant: 'session',
  ...changes,
});
const ask = (of: Scheduler, asked: GenerationRequest, signal = never): Promise<Generated> =>
  of.generate(asked, () => undefined, signal);

const TEXTS = [
  'Shall I',
  'compare thee to',
  'a',
  'summer’s day? '.repeat(12),
  'Thou art more lovely',
  'and more temperate',
];

test('answers that are computed together are those that they are alone, and replay', async () => {
  const requests = TEXTS.map((text, i) => request(text, { maxTokens: 10 + 7 * i, temperatureMilli: i % 2 ? 800 : 0 }));
  const alone: Generated[] = [];
  for (const one of requests) alone.push(await ask(scheduler({ slots: 1, guess: 0 }), one));
  for (const options of [{ slots: 8 }, { slots: 2 }, { slots: 3, chunk: 7 }]) {
    const together = scheduler(options);
    expect(await Promise.all(requests.map((one) => ask(together, one)))).toEqual(alone);
    expect(together.load).toMatchObject({ running: 0, waiting: 0, outstanding: 0 });
  }
  for (const [i, { tokens }] of alone.entries()) {
    expect((await replay(model, { ...requests[i]!, tokens })).worst).toBeLessThan(1e-4);
  }
});

test('answers join and leave between steps, and a long prompt does not stop the others', async () => {
  const { decoder, passes } = watched();
  const of = scheduler({ chunk: 32, guess: 0 }, decoder);
  let long: Promise<Generated> | undefined;
  let count = 0;
  const first = of.generate(
    request('first', { maxTokens: 30 }),
    () => {
      if (++count === 5) long = ask(of, request('word '.repeat(40), { maxTokens: 4 }));
    },
    never,
  );
  await first;
  await long;
  const parts = passes.filter(({ rows }) => rows[0]!.tokens.length > 1).length;
  expect(parts).toBe(1 + Math.ceil(request('word '.repeat(40)).prompt.length / 32));
  const widths = passes.filter(({ rows }) => rows[0]!.tokens.length === 1).map(({ rows }) => rows.length);
  expect(widths).toContain(2);
  // Between two parts of the long prompt the first answer went on.
  const starts = passes.flatMap(({ rows }, at) => (rows[0]!.tokens.length > 1 ? [at] : []));
  for (let part = 2; part < starts.length; part++) expect(starts[part]! - starts[part - 1]!).toBe(2);
});

test('prompts go through a pass together as far as they are as long, and as a pass takes', async () => {
  const { decoder, passes } = watched();
  const of = scheduler({ chunk: 24, guess: 0 }, decoder);
  const asked = [6, 9, 12, 4].map((length, i) =>
    request('any', {
      prompt: Array.from({ length }, (_, at) => (i + 3 * at) % model.decoder.geometry.vocabulary),
      maxTokens: 5,
    }),
  );
  const together = await Promise.all(asked.map((one) => ask(of, one)));
  const parts = passes.filter(({ rows }) => rows[0]!.tokens.length > 1).map(({ rows }) => rows);
  // The fourth is shorter than the first; then what is left of the second goes along with the third, and 3 more of the third.
  expect(parts.map((rows) => rows.map(({ past, tokens }) => [past, tokens.length]))).toEqual([
    [
      [0, 6],
      [0, 6],
      [0, 6],
    ],
    [
      [6, 3],
      [6, 3],
      [0, 3],
    ],
    [[9, 3]],
  ]);
  for (const [i, answer] of together.entries()) expect(answer).toEqual(await ask(scheduler({ slots: 1 }), asked[i]!));
});

test('guessing ahead takes fewer passes and changes no token', async () => {
  const repeating = request('la la la la la la la la la la la la', { temperatureMilli: 0, maxTokens: 60 });
  const [plain, guessed] = [watched(), watched()];
  const expected = await ask(scheduler({ guess: 0 }, plain.decoder), repeating);
  expect(await ask(scheduler({ guess: 4 }, guessed.decoder), repeating)).toEqual(expected);
  expect(guessed.passes.length).toBeLessThan(plain.passes.length);
});

test('what was computed of a prompt is not computed again, unless another asked for it', async () => {
  const { decoder, passes } = watched();
  const of = scheduler({ guess: 0 }, decoder);
  const asked = request('Shall I compare thee to a summer’s day?', { maxTokens: 3 });
  const first = await ask(of, asked);
  const computed = (): number => passes.reduce((sum, { rows }) => sum + rows[0]!.tokens.length, 0);
  const whole = computed();
  expect(await ask(of, asked)).toEqual(first);
  expect(computed() - whole).toBe(3);
  expect(await ask(of, { ...asked, tenant: 'another' })).toEqual(first);
  expect(computed() - whole - 3).toBe(whole);
});

test('a cancelled answer ends within a step and keeps what was given; the others go on', async () => {
  const of = scheduler();
  const cancel = new AbortController();
  let count = 0;
  const cancelled = of.generate(
    request('gone'),
    () => {
      if (++count === 4) cancel.abort();
    },
    cancel.signal,
  );
  const other = ask(of, request('stays'));
  expect((await cancelled).stop).toBe('cancelled');
  expect((await cancelled).tokens).toHaveLength(4);
  expect(await other).toEqual(await ask(scheduler(), request('stays')));
});

test('who waits can go away, is turned away when the queue is full, and is told when it begins', async () => {
  const of = scheduler({ slots: 1, waiting: 2, waitingPerTenant: 2 });
  const began: string[] = [];
  const begin = (name: string) => ({ begin: () => void began.push(name) });
  const first = ask(of, request('one', begin('one')));
  await new Promise((resolve) => setImmediate(resolve));
  const cancel = new AbortController();
  const leaves = ask(of, request('two', begin('two')), cancel.signal);
  const stays = ask(of, request('three', begin('three')));
  await expect(ask(of, request('four'))).rejects.toThrowWithCode('overloaded');
  cancel.abort(new Error('gone'));
  await expect(leaves).rejects.toThrow('gone');
  await Promise.all([first, stays]);
  expect(began).toEqual(['one', 'three']);
  const expired = request('late', {
    begin: () => {
      throw new Error('expired');
    },
  });
  await expect(ask(of, expired)).rejects.toThrow('expired');
});

test('answers wait while the memory for keys and values is taken, and one that is larger runs alone', async () => {
  const { decoder, passes } = watched();
  const two = 2 * model.decoder.bytesFor(60, model.contextTokens);
  const of = scheduler({ cacheBytes: two, guess: 0 }, decoder);
  await Promise.all(['one', 'two', 'three'].map((text) => ask(of, request(text, { maxTokens: 24 }))));
  expect(Math.max(...passes.map(({ rows }) => rows.length))).toBe(2);
  await expect(ask(of, request('large', { maxTokens: TINY.context }))).resolves.toBeDefined();
});

test('a pass that breaks ends its answers, and the next request is answered', async () => {
  let broken = true;
  const { decoder } = watched(({ rows }) => broken && rows[0]!.past > 6);
  const of = scheduler({}, decoder);
  const both = [ask(of, request('one')), ask(of, request('two'))];
  for (const { status } of await Promise.allSettled(both)) expect(status).toBe('rejected');
  broken = false;
  expect(await ask(of, request('three'))).toEqual(await ask(scheduler(), request('three')));
  expect(of.load).toMatchObject({ running: 0, waiting: 0, outstanding: 0 });
});

test('an answer that goes on after its first tokens ends as it would have, wherever it was broken off', async () => {
  const whole = await ask(scheduler(), request('Sing of the sea, and of the ships'));
  const of = scheduler();
  const splits = [1, 2, 5, 9, 14, 20, 23];
  const tails = await Promise.all(
    splits.map((from) =>
      ask(
        of,
        request('Sing of the sea, and of the ships', { answered: whole.tokens.slice(0, from), tenant: String(from) }),
      ),
    ),
  );
  expect(tails).toEqual(splits.map((from) => ({ ...whole, tokens: whole.tokens.slice(from) })));
  for (const from of [1, 12]) {
    const { prompt, seed, temperatureMilli } = request('Sing of the sea, and of the ships');
    const answered = whole.tokens.slice(0, from);
    const claimed = { prompt, seed, temperatureMilli, answered, tokens: whole.tokens.slice(from) };
    expect((await replay(model, claimed)).worst).toBeLessThan(1e-4);
    expect((await replay(model, { ...claimed, answered: answered.toReversed().with(0, 7) })).worst).toBeGreaterThan(
      0.01,
    );
  }
});

test('the load is the tokens that are still to compute, and falls to nothing', async () => {
  const of = scheduler({ slots: 1 });
  const asked = [request('one', { maxTokens: 8 }), request('two', { maxTokens: 8 })];
  const most = asked.reduce((sum, { prompt, maxTokens }) => sum + prompt.length + maxTokens, 0);
  const answers = asked.map((each) => of.generate(each, () => undefined, never));
  const { room } = of.load;
  expect(of.load).toMatchObject({ running: 0, waiting: 2, slots: 1, outstanding: most });
  let seen = most;
  let least = room;
  const first = of.generate(
    request('three', { maxTokens: 8, tenant: 'another' }),
    () => {
      const { outstanding, room: left } = of.load;
      expect(outstanding).toBeLessThan(seen + asked[0]!.prompt.length + 16);
      [seen, least] = [outstanding, Math.min(least, left)];
    },
    never,
  );
  await Promise.all([...answers, first]);
  expect(least).toBeLessThan(room);
  expect(of.load).toEqual({ running: 0, waiting: 0, slots: 1, outstanding: 0, room });
});

test('whatever is asked for, keys and values take no more memory than is set, and after it what is kept', async () => {
  const longest = model.decoder.bytesFor(model.contextTokens, model.contextTokens);
  const most = 3 * longest;
  const of = scheduler({ cacheBytes: most, guess: 0, waiting: 400, waitingPerTenant: 400 });
  let [worst, count] = [0, 0];
  const look = (): void => void (worst = Math.max(worst, of.cacheBytes));
  await Promise.all(
    Array.from({ length: 200 }, (_, i) => {
      const cancel = new AbortController();
      const asked = request(`${i} `.repeat(1 + (i % 37)), {
        maxTokens: 1 + ((i * 13) % (i % 20 ? 20 : 150)),
        tenant: `${i % 5}`,
      });
      const told = (): void => {
        look();
        if (++count % 50 === 0) cancel.abort();
      };
      return of.generate(asked, told, cancel.signal);
    }),
  );
  expect(worst).toBeGreaterThan(0);
  expect(worst).toBeLessThanOrEqual(most);
  expect(of.load).toMatchObject({ running: 0, waiting: 0, outstanding: 0 });
  const kept = of.cacheBytes;
  await ask(of, request('once more', { maxTokens: 100 }));
  expect(of.cacheBytes).toBeLessThanOrEqual(Math.max(kept, most));
  expect(kept).toBeLessThan(longest * 8);
});
