import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from '@jest/globals';
import { sha256Hex } from '@llmchain/protocol';
import { tinyModel, TINY } from '../../../test/support/worker-model';
import { clearFolder } from '../files/model-files';
import { SCHEDULING, ServableModel } from '../models/servable-model';
import { generate } from './generate';
import type { GenerationRequest } from './generation';
import { replay } from './replay';
import { Scheduler } from './scheduler/scheduler';
import { requireProvider } from './execution-provider';

const CPU = { provider: 'cpu', threads: 1 } as const;
const never = new AbortController().signal;
let folder: string;
let model: ServableModel;
let other: ServableModel;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'generate-'));
  const load = async (name: string, seed: number): Promise<ServableModel> => {
    const files = path.join(folder, name);
    return ServableModel.load(clearFolder(files), await tinyModel(files, { seed }), CPU);
  };
  model = await load('one', 1);
  other = await load('two', 2);
});
afterAll(async () => {
  await model.close();
  await other.close();
  await rm(folder, { recursive: true });
});

const prompt = (text: string): number[] => model.prompts.encode({ kind: 'completion', prompt: text });
const request = (changes: Partial<GenerationRequest> = {}): GenerationRequest => ({
  prompt: prompt('Shall I compare thee'),
  seed: sha256Hex('a ticket'),
  temperatureMilli: 800,
  maxTokens: 40,
  tenant: 'a session',
  ...changes,
});
const quietly = (changes: Partial<GenerationRequest> = {}, signal = never) =>
  generate(model, request(changes), () => undefined, signal);

test('the same ticket gives the same tokens, another ticket others', async () => {
  const first = await quietly();
  expect(await quietly()).toEqual(first);
  expect((await quietly({ seed: sha256Hex('another ticket') })).tokens).not.toEqual(first.tokens);
});

test('at temperature 0 each token is the argmax of the logits, whatever the ticket', async () => {
  const { tokens } = await quietly({ temperatureMilli: 0, maxTokens: 8 });
  expect((await quietly({ temperatureMilli: 0, maxTokens: 8, seed: sha256Hex('b') })).tokens).toEqual(tokens);
  const all = [...request().prompt, ...tokens];
  const pass = { rows: [{ row: 0, past: 0, tokens: all }], logits: tokens.length + 1 };
  const logits = await model.decoder.allocate(1, all.length).forward(pass);
  const best = tokens.map((_, row) => {
    const own = logits.subarray(row * TINY.vocabSize, (row + 1) * TINY.vocabSize);
    return own.indexOf(Math.max(...own));
  });
  expect(best).toEqual(tokens);
});

test('an honest answer replays within rounding, a long prompt in several passes too', async () => {
  for (const text of ['Shall I compare thee', 'rose '.repeat(40)]) {
    const asked = request({ prompt: prompt(text) });
    const { tokens } = await generate(model, asked, () => undefined, never);
    expect((await replay(model, { ...asked, tokens })).worst).toBeLessThan(1e-4);
  }
});

test('an answer of another seed, other parameters, another prompt or an invented token falls short', async () => {
  const asked = request();
  const { tokens } = await quietly();
  const invented = tokens.with(5, (tokens[5]! + 1) % 256);
  const worst = async (m: ServableModel, changes: object): Promise<number> =>
    (await replay(m, { ...asked, tokens, ...changes })).worst;
  expect(await worst(model, { seed: sha256Hex('b') })).toBeGreaterThan(0.01);
  expect(await worst(other, {})).toBeGreaterThan(0.01);
  expect(await worst(model, { prompt: prompt('Shall I compare ThEe') })).toBeGreaterThan(0.01);
  expect(await replay(model, { ...asked, tokens: invented })).toMatchObject({ position: expect.any(Number) });
  expect(await worst(model, { tokens: invented })).toBeGreaterThan(0.01);
  expect(await worst(model, { tokens: [TINY.vocabSize] })).toBe(Number.POSITIVE_INFINITY);
});

test('a stop token ends the answer and is its last token', async () => {
  const { tokens } = await quietly();
  const stopper = tokens[3]!;
  const first = tokens.indexOf(stopper);
  const { decoder, contextTokens } = model;
  const stopTokens = new Set([stopper]);
  const stopping = { decoder, scheduler: new Scheduler(SCHEDULING, { decoder, contextTokens, stopTokens }) };
  const seen: number[] = [];
  const answer = await generate(stopping, request(), (token) => seen.push(token), never);
  expect(answer).toEqual({ tokens: tokens.slice(0, first + 1), stop: 'stop' });
  expect(seen).toEqual(answer.tokens);
});

test('the answer ends with the context', async () => {
  const asked = request({ prompt: prompt('x'.repeat(TINY.context - 3)), maxTokens: 40 });
  const answer = await generate(model, asked, () => undefined, never);
  expect(answer.tokens.length).toBeLessThanOrEqual(3);
  if (answer.stop === 'length') expect(answer.tokens).toHaveLength(3);
});

test('a prompt that leaves no room, or none at all, is refused', async () => {
  await expect(quietly({ prompt: prompt('x'.repeat(TINY.context)) })).rejects.toThrowWithCode('invalid_argument', {
    promptTokens: TINY.context,
  });
  await expect(quietly({ prompt: [] })).rejects.toThrowWithCode('invalid_argument');
});

test('a cancelled request keeps what was given', async () => {
  const whole = await quietly();
  const cancel = new AbortController();
  let count = 0;
  const answer = await generate(model, request(), () => ++count === 4 && cancel.abort(), cancel.signal);
  expect(answer).toEqual({ tokens: whole.tokens.slice(0, 4), stop: 'cancelled' });
});

test('a provider that the runtime does not have is refused at the start', async () => {
  await expect(requireProvider(CPU)).resolves.toBeUndefined();
  const nowhere = 'abacus' as 'cpu';
  await expect(requireProvider({ provider: nowhere, threads: 1 })).rejects.toThrowWithCode('not_supported', {
    provider: 'abacus',
  });
});
