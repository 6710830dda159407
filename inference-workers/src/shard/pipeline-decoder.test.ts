import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from '@jest/globals';
import type { ModelVersion, RangeOutput, WorkerConfig } from '@llmchain/protocol';
import pino from 'pino';
import { tinyModel, TINY } from '../../../test/support/worker-model';
import type { Decoder } from '../engine/decoder/decoder';
import { openDecoder } from '../engine/decoder/open-decoder';
import { Scheduler } from '../engine/scheduler/scheduler';
import { clearFolder } from '../files/model-files';
import { GRAPH, SCHEDULING } from '../models/servable-model';
import { HeldRange } from './held-range';
import type { Holder } from './holder';
import { PipelineDecoder } from './pipeline-decoder';

const CPU = { provider: 'cpu', threads: 1 } as const;
const SHAPE = {
  layers: TINY.layers,
  kvHeads: 1,
  headSize: 16,
  vocabulary: TINY.vocabSize,
  hiddenSize: TINY.hiddenSize,
};
const log = pino({ level: 'silent' });
const never = new AbortController().signal;

let folder: string;
let version: ModelVersion;
let whole: Decoder;
let ranges: [HeldRange, HeldRange];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'pipeline-'));
  version = await tinyModel(folder, { seed: 1 });
  whole = await openDecoder(clearFolder(folder), GRAPH, SHAPE, CPU);
  const range = (layer: number): Promise<HeldRange> =>
    HeldRange.load(clearFolder(folder), version, { first: layer, last: layer }, { ...CPU, deviceMemory: 2 ** 20 });
  ranges = [await range(0), await range(1)];
});
afterAll(async () => {
  await Promise.all([whole.close(), ...ranges.map((range) => range.close())]);
  await rm(folder, { recursive: true });
});

type Lie = (output: RangeOutput, pass: number) => RangeOutput;

/** Holders `a0`, `b0`, `a1`, `b1`; a lie is told instead of what one of them has computed. */
function pipelined(
  lies: Record<string, Lie> = {},
  { compareEvery = 0, names = ['a', 'b'] } = {},
): Promise<PipelineDecoder> {
  const holder = (id: string): Holder => ({
    id,
    member: id[0]!,
    open: ({ tokens }) => {
      const sequence = ranges[Number(id[1])]!.open(tokens);
      let passes = 0;
      return Promise.resolve({
        forward: async (pass) => {
          const output = await sequence.forward(pass);
          return lies[id]?.(output, ++passes) ?? output;
        },
        close: () => sequence.close(),
      });
    },
  });
  const pipeline: WorkerConfig['pipelines'][number] = {
    ...{ model: 'tiny', version: 1, heldOnce: false, timeoutMs: 1_000, compareEvery },
    ranges: [0, 1].map((layer) => ({ first: layer, last: layer, holders: names.map((name) => `${name}${layer}`) })),
  };
  return PipelineDecoder.open(clearFolder(folder), GRAPH, { version, shape: SHAPE, pipeline }, { holder, log });
}

const model = (decoder: Decoder) => ({ decoder, contextTokens: TINY.context, stopTokens: new Set<number>() });
const request = (tenant: string, maxTokens = 60) => ({
  prompt: Array.from({ length: 90 }, (_, at) => (at * 7 + tenant.charCodeAt(0)) % 256),
  ...{ seed: tenant.repeat(64), temperatureMilli: 900, maxTokens, tenant },
});
const tokensOf = async (scheduler: Scheduler, tenant: string): Promise<number[]> =>
  (await scheduler.generate(request(tenant), () => undefined, never)).tokens;
const answers = (decoder: Decoder): Promise<number[][]> => {
  const scheduler = new Scheduler(SCHEDULING, model(decoder));
  return Promise.all(['a', 'b', 'c'].map((tenant) => tokensOf(scheduler, tenant)));
};
const held = (): number => ranges.reduce((sum, { bytes, load }) => sum + bytes + load.running, 0);

test('logits and last hidden states have the bits of the whole model', async () => {
  const decoder = await pipelined();
  expect(decoder.hiddenSize).toBe(TINY.hiddenSize);
  const outputs = await Promise.all(
    [whole, decoder].map(async (each) => {
      const cache = each.allocate(2, 64);
      const all: number[][] = [];
      for (const [past, tokens] of [
        [0, [1, 2, 3, 4, 5]],
        [5, [6]],
        [6, [7, 8]],
        [7, [9]],
      ] as const) {
        const hidden = (states: Float32Array): void => void all.push([...states]);
        all.push([...(await cache.forward({ rows: [{ row: 1, past, tokens }], logits: 1, hidden }))]);
      }
      cache.keep(1, 0);
      return all;
    }),
  );
  expect(outputs[1]).toEqual(outputs[0]);
  expect(held()).toBe(0);
});

test('answers at the same time have the tokens of the whole model, and leave no memory taken', async () => {
  expect(await answers(await pipelined())).toEqual(await answers(whole));
  expect(held()).toBe(0);
});

test('a prompt that is known, of which only the tokens are kept, is computed again', async () => {
  const both = [whole, await pipelined()].map(async (decoder) => {
    const scheduler = new Scheduler(SCHEDULING, model(decoder));
    const first = await tokensOf(scheduler, 'a');
    return [first, await tokensOf(scheduler, 'a')];
  });
  const [expected, actual] = await Promise.all(both);
  expect(actual).toEqual(expected);
});

const floats = (bytes: Uint8Array): Float32Array => new Float32Array(new Uint8Array(bytes).buffer);
const lies: [string, string, Lie][] = [
  ['states that are not numbers', 'a0', (output) => ({ ...output, states: bytesOf(floats(output.states).fill(NaN)) })],
  [
    'logits that are infinite',
    'a1',
    (output) => ({ ...output, logits: bytesOf(floats(output.logits).fill(Infinity)) }),
  ],
  ['too few states', 'a0', (output) => ({ ...output, states: output.states.subarray(4) })],
  [
    'too many logits',
    'a1',
    (output) => ({ ...output, logits: Buffer.concat([output.logits, new Uint8Array(2 ** 20)]) }),
  ],
  ['states where none belong', 'a1', (output) => ({ ...output, states: new Uint8Array(64) })],
];
const bytesOf = ({ buffer }: Float32Array): Uint8Array => new Uint8Array(buffer);

test.each(lies)('a holder that gives %s in mid-answer is left for the other one', async (_what, id, lie) => {
  const decoder = await pipelined({ [id]: (output, pass) => (pass > 20 ? lie(output, pass) : output) });
  expect(await answers(decoder)).toEqual(await answers(whole));
  expect(held()).toBe(0);
});

test('holders that fail one after the other in the same answer', async () => {
  const at =
    (from: number): Lie =>
    (output, pass) => {
      if (pass === from) throw new Error('gone');
      return output;
    };
  const decoder = await pipelined({ a0: at(10), b0: at(30), a1: at(20), b1: at(25) });
  expect(await answers(decoder)).toEqual(await answers(whole));
});

/** A lie that nothing but a comparison finds: one feature of a state, or the logits of one token, a little larger. */
const plausible: Lie = (output, pass) => {
  if (pass < 10) return output;
  const bend = (bytes: Uint8Array): Uint8Array => {
    const values = floats(bytes);
    if (values.length > 0) values[3]! += 0.5;
    return bytesOf(values);
  };
  return { ...output, states: bend(output.states), logits: bend(output.logits) };
};

test('holders that agree are compared, and the answers are the same', async () => {
  expect(await answers(await pipelined({}, { compareEvery: 1 }))).toEqual(await answers(whole));
  expect(held()).toBe(0);
});

test.each(['a0', 'b0', 'a1', 'b1'])(
  'where %s differs, the answer ends and names both; without comparison it would not',
  async (id) => {
    const [layer, holders] = [Number(id[1]), [`a${id[1]}`, `b${id[1]}`]];
    // The one that is compared with computes all in two passes.
    const lie: Lie = (output, pass) => plausible(output, id.startsWith('b') ? 10 : pass);
    const scheduler = new Scheduler(SCHEDULING, model(await pipelined({ [id]: lie }, { compareEvery: 1 })));
    const details = { first: layer, last: layer, holders };
    await expect(tokensOf(scheduler, 'a')).rejects.toThrowWithCode('not_verified', details);
    expect(held()).toBe(0);
    const unchecked = new Scheduler(SCHEDULING, model(await pipelined({ [id]: lie })));
    expect(await tokensOf(unchecked, 'a')).toHaveLength(60);
  },
);

test.each(['a0', 'b0', 'a1', 'b1'])(
  'where a third member holds the range, %s is left and the answer goes on',
  async (id) => {
    const lie: Lie = (output, pass) => plausible(output, id.startsWith('b') ? 10 : pass);
    const decoder = await pipelined({ [id]: lie }, { compareEvery: 1, names: ['a', 'b', 'c'] });
    expect(await answers(decoder)).toEqual(await answers(whole));
    expect(held()).toBe(0);
  },
);

test('where every holder of a range fails, so does the answer, and nothing stays taken', async () => {
  const fail: Lie = () => {
    throw new Error('gone');
  };
  const scheduler = new Scheduler(SCHEDULING, model(await pipelined({ a1: fail, b1: fail })));
  await expect(tokensOf(scheduler, 'a')).rejects.toThrowWithCode('unavailable', { first: 1, last: 1 });
  expect(held()).toBe(0);
});

test('an answer that is cancelled frees keys and values at every holder', async () => {
  const scheduler = new Scheduler(SCHEDULING, model(await pipelined()));
  const gone = new AbortController();
  let given = 0;
  let most = 0;
  const answer = await scheduler.generate(
    request('a', 200),
    () => {
      most = Math.max(most, held());
      if (++given === 5) gone.abort();
    },
    gone.signal,
  );
  expect([answer.stop, answer.tokens.length]).toEqual(['cancelled', 5]);
  expect(most).toBeGreaterThan(0);
  expect(held()).toBe(0);
});

test('memory of keys and values is bounded: what has no room is refused, what is closed gives its room back', () => {
  const [range] = ranges;
  const open = [];
  // 320 tokens of one layer with one head of 16 features, a third more: 54,614 bytes; 19 of them are within a MiB.
  for (let at = 0; at < 19; at++) open.push(range.open(320));
  expect(() => range.open(320)).toThrow('no room');
  expect(range.load.room).toBeLessThan(320);
  open.pop()!.close();
  open.push(range.open(320));
  for (const sequence of open) sequence.close();
  expect(range.load.running).toBe(0);
  expect(() => range.open(321)).toThrow('1 to 320');
});

test('a pass that does not follow what is held, or has other sizes, is refused', async () => {
  const [first, second] = [ranges[0].open(20), ranges[1].open(20)];
  const pass = { past: 0, count: 2, tokens: [1, 2], states: new Uint8Array(0), logits: 1 };
  const { states } = await first.forward(pass);
  for (const wrong of [
    { past: 3 },
    { count: 3 },
    { count: 0, tokens: [] },
    { past: 2, count: 19, tokens: Array<number>(19).fill(1) },
    { tokens: [1, 257] },
    { logits: 3 },
  ]) {
    await expect(first.forward({ ...pass, ...wrong })).rejects.toThrowWithCode('invalid_argument');
  }
  const next = { ...pass, tokens: [], states };
  for (const wrong of [{ states: states.subarray(4) }, { states: bytesOf(floats(states).fill(NaN)) }]) {
    await expect(second.forward({ ...next, ...wrong })).rejects.toThrowWithCode('invalid_argument');
  }
  expect((await second.forward(next)).logits).toHaveLength(4 * TINY.vocabSize);
  first.close();
  second.close();
});

test('ranges that are not all layers of the model are refused', async () => {
  const pipeline = {
    ...{ model: 'tiny', version: 1, heldOnce: true, timeoutMs: 1_000, compareEvery: 0 },
    ranges: [{ first: 0, last: 0, holders: ['a0'] }],
  };
  const holder = (id: string): Holder => ({ id, member: 'a', open: () => Promise.reject(new Error('unused')) });
  const opened = PipelineDecoder.open(clearFolder(folder), GRAPH, { version, shape: SHAPE, pipeline }, { holder, log });
  await expect(opened).rejects.toThrowWithCode('not_supported', { layers: 2, end: 1 });
  const beyond = HeldRange.load(clearFolder(folder), version, { first: 1, last: 2 }, CPU);
  await expect(beyond).rejects.toThrowWithCode('not_supported');
});
