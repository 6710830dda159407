import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from '@jest/globals';
import { GraphBuilder } from '@llmchain/onnx-graph';
import { tinyModel, TINY } from '../../../../test/support/worker-model';
import { geometryOf, ModelConfig } from '../../models/folder-schema';
import { clearFolder } from '../../files/model-files';
import { Scheduler } from '../scheduler/scheduler';
import { SCHEDULING } from '../../models/servable-model';
import type { Decoder, DecoderGeometry } from './decoder';
import { openDecoder } from './open-decoder';

const CPU = { provider: 'cpu', threads: 1 } as const;
const OPTIMUM = path.resolve(__dirname, '../../../fixtures/optimum');
const never = new AbortController().signal;

const rowsOf = (logits: Float32Array, vocabulary: number): Float32Array[] =>
  Array.from({ length: logits.length / vocabulary }, (_, row) =>
    logits.slice(row * vocabulary, (row + 1) * vocabulary),
  );
function expectNear(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 2e-5): void {
  expect(actual).toHaveLength(expected.length);
  for (let i = 0; i < expected.length; i++) expect(Math.abs(actual[i]! - expected[i]!)).toBeLessThan(tolerance);
}

/** A prefill in two parts, the tokens of `tokens` over row `first` of a cache with three rows. */
async function inParts(decoder: Decoder, tokens: readonly number[], first: number): Promise<Float32Array[]> {
  const cache = decoder.allocate(3, tokens.length);
  const { vocabulary } = decoder.geometry;
  const [head, tail] = [tokens.slice(0, 4), tokens.slice(4)];
  const one = await cache.forward({ rows: [{ row: first, past: 0, tokens: head }], logits: head.length });
  const rows = rowsOf(one, vocabulary);
  const two = await cache.forward({ rows: [{ row: first, past: head.length, tokens: tail }], logits: tail.length });
  return [...rows, ...rowsOf(two, vocabulary)];
}

describe.each(['llama', 'qwen2', 'gpt2'])("Optimum's export of %s", (family) => {
  const folder = path.join(OPTIMUM, family);
  let decoder: Decoder;
  let expected: { ids: number[]; logits: number[][] };
  beforeAll(async () => {
    const config = ModelConfig.parse(JSON.parse(await readFile(path.join(folder, 'config.json'), 'utf8')));
    decoder = await openDecoder(clearFolder(folder), 'model.onnx', geometryOf(config), CPU);
    expected = JSON.parse(await readFile(path.join(folder, 'expected.json'), 'utf8')) as typeof expected;
  });
  afterAll(() => decoder.close());

  test('gives the logits of the framework', async () => {
    expect(decoder.batches).toBe(false);
    const rows = await inParts(decoder, expected.ids, 1);
    rows.forEach((row, at) => expectNear(row, expected.logits[at]!));
  });

  test('goes back to an earlier token, and takes over what another row holds', async () => {
    const { ids, logits } = expected;
    const cache = decoder.allocate(2, ids.length);
    await cache.forward({ rows: [{ row: 0, past: 0, tokens: ids }], logits: 1 });
    cache.copy(0, 1, 5);
    for (const first of [0, 1]) {
      const last = await cache.forward({ rows: [{ row: first, past: 5, tokens: ids.slice(5) }], logits: 1 });
      expectNear(last, logits.at(-1)!);
    }
  });

  test('is scheduled like any other', async () => {
    const model = { decoder, contextTokens: 64, stopTokens: new Set<number>() };
    const request = (seed: string) => ({
      prompt: expected.ids,
      seed: seed.repeat(64),
      temperatureMilli: 900,
      maxTokens: 12,
      tenant: seed,
    });
    const ask = (scheduler: Scheduler, seed: string) => scheduler.generate(request(seed), () => undefined, never);
    const alone = [await ask(new Scheduler(SCHEDULING, model), 'a'), await ask(new Scheduler(SCHEDULING, model), 'b')];
    const both = new Scheduler(SCHEDULING, model);
    expect(await Promise.all([ask(both, 'a'), ask(both, 'b')])).toEqual(alone);
    expect(alone[0]).not.toEqual(alone[1]);
  });
});

describe('a graph over grouped-query attention', () => {
  let folder: string;
  let decoder: Decoder;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'decoder-'));
    await tinyModel(folder, { seed: 1 });
    const geometry = { layers: TINY.layers, kvHeads: 1, headSize: 16, vocabulary: TINY.vocabSize };
    decoder = await openDecoder(clearFolder(folder), 'onnx/model.onnx', geometry, CPU);
  });
  afterAll(async () => {
    await decoder.close();
    await rm(folder, { recursive: true });
  });
  const tokens = (start: number, length: number): number[] => Array.from({ length }, (_, i) => (start + 7 * i) % 256);

  test('advances rows of different lengths in one pass, each as it is alone', async () => {
    expect(decoder.batches).toBe(true);
    const texts = [tokens(1, 4), tokens(2, 9), tokens(3, 6)];
    const cache = decoder.allocate(4, 32);
    for (const [row, text] of texts.entries()) {
      await cache.forward({ rows: [{ row: row + 1, past: 0, tokens: text }], logits: 1 });
    }
    for (let step = 0; step < 3; step++) {
      const rows = texts.map((text, row) => ({ row: row + 1, past: text.length + step, tokens: [100 + row + step] }));
      const together = rowsOf(await cache.forward({ rows, logits: 1 }), TINY.vocabSize);
      for (const [row, text] of texts.entries()) {
        const whole = [...text, ...Array.from({ length: step + 1 }, (_, i) => 100 + row + i)];
        const alone = await decoder.allocate(1, 32).forward({ rows: [{ row: 0, past: 0, tokens: whole }], logits: 1 });
        expectNear(together[row]!, alone, 1e-3);
      }
    }
  });

  test('in parts, from a copy, and after going back', async () => {
    const text = tokens(5, 12);
    const whole = await decoder
      .allocate(1, 12)
      .forward({ rows: [{ row: 0, past: 0, tokens: text }], logits: text.length });
    const rows = await inParts(decoder, text, 2);
    rows.forEach((row, at) => expectNear(row, rowsOf(whole, TINY.vocabSize)[at]!, 1e-3));
    const cache = decoder.allocate(2, 16);
    await cache.forward({ rows: [{ row: 0, past: 0, tokens: [...text.slice(0, 8), 9, 9, 9] }], logits: 1 });
    cache.copy(0, 1, 8);
    const last = await cache.forward({ rows: [{ row: 1, past: 8, tokens: text.slice(8) }], logits: 1 });
    expectNear(last, rowsOf(whole, TINY.vocabSize).at(-1)!, 1e-3);
  });

  test('rows grow, and what others hold stays; longer than was asked for they do not get', async () => {
    const cache = decoder.allocate(2, 300);
    const [short, long] = [tokens(5, 20), tokens(9, 280)];
    await cache.forward({ rows: [{ row: 0, past: 0, tokens: short }], logits: 1 });
    for (let past = 0; past < long.length; past += 70)
      await cache.forward({ rows: [{ row: 1, past, tokens: long.slice(past, past + 70) }], logits: 1 });
    const rows = [
      { row: 0, past: short.length, tokens: [1] },
      { row: 1, past: long.length, tokens: [2] },
    ];
    const together = rowsOf(await cache.forward({ rows, logits: 1 }), TINY.vocabSize);
    for (const [row, text] of [short, long].entries()) {
      const whole = [...text, row + 1];
      const alone = decoder.allocate(1, whole.length);
      expectNear(together[row]!, await alone.forward({ rows: [{ row: 0, past: 0, tokens: whole }], logits: 1 }), 1e-3);
    }
    const beyond = { rows: [{ row: 0, past: 300, tokens: [1] }], logits: 1 };
    await expect(cache.forward(beyond)).rejects.toThrowWithCode('internal');
  });

  test('rows of any sizes come and go, and each goes on as it does alone; memory is what they need', async () => {
    const cache = decoder.allocate(4, 320);
    const perToken = 2 * TINY.layers * 16 * Float32Array.BYTES_PER_ELEMENT;
    const texts = [tokens(1, 20), tokens(2, 300), tokens(3, 140), tokens(4, 9)];
    const feed = async (row: number, until: number): Promise<void> => {
      await cache.forward({ rows: [{ row, past: 0, tokens: texts[row]!.slice(0, until) }], logits: 1 });
    };
    for (const row of [0, 1, 2, 3]) await feed(row, texts[row]!.length);
    expect(cache.bytes).toBe((128 + 320 + 256 + 128) * perToken);
    const step = async (...rows: number[]): Promise<void> => {
      const together = rowsOf(
        await cache.forward({
          rows: rows.map((row) => ({ row, past: texts[row]!.length, tokens: [row + 1] })),
          logits: 1,
        }),
        TINY.vocabSize,
      );
      for (const [at, row] of rows.entries()) {
        texts[row]!.push(row + 1);
        const whole = { rows: [{ row: 0, past: 0, tokens: texts[row]! }], logits: 1 };
        expectNear(together[at]!, await decoder.allocate(1, 320).forward(whole), 1e-3);
      }
    };
    await step(3, 0, 1, 2);
    // One pass took them all, so that each has as much room as the longest.
    expect(cache.bytes).toBe(4 * 320 * perToken);
    await step(2, 0);
    await step(0, 1, 2, 3);
    cache.keep(1, 0);
    cache.keep(2, 30);
    expect(cache.bytes).toBe((2 * 320 + 30) * perToken);
    texts[2] = texts[2]!.slice(0, 30);
    await step(0, 2, 3);
    for (const row of [0, 2, 3]) cache.keep(row, 0);
    expect(cache.bytes).toBe(0);
    // What is to stay short is given no more room, and goes apart.
    cache.limit(0, 100);
    await feed(0, 20);
    await feed(1, 200);
    [texts[0], texts[1]] = [texts[0]!.slice(0, 20), texts[1]!.slice(0, 200)];
    await step(0, 1);
    expect(cache.bytes).toBe((128 + 256) * perToken);
  });

  test('another vocabulary than config.json says is refused', async () => {
    const geometry = { layers: TINY.layers, kvHeads: 1, headSize: 16, vocabulary: 300 };
    const odd = await openDecoder(clearFolder(folder), 'onnx/model.onnx', geometry, CPU);
    const pass = { rows: [{ row: 0, past: 0, tokens: [1] }], logits: 1 };
    await expect(odd.allocate(1, 4).forward(pass)).rejects.toThrowWithCode('not_supported');
    await odd.close();
  });
});

test('a graph of another layout, and what is no graph, are refused', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'decoder-'));
  const file = path.join(folder, 'model.onnx');
  const geometry: DecoderGeometry = { layers: 1, kvHeads: 1, headSize: 16, vocabulary: 4 };
  const graph = new GraphBuilder('other');
  graph.output('y', graph.input('x', 'float32', [1]));
  await writeFile(file, graph.bytes());
  await expect(
    openDecoder(clearFolder(path.dirname(file)), path.basename(file), geometry, CPU),
  ).rejects.toThrowWithCode('not_supported', {
    missing: expect.arrayContaining(['input_ids', 'logits']),
  });
  await writeFile(file, 'nothing of the kind');
  await expect(
    openDecoder(clearFolder(path.dirname(file)), path.basename(file), geometry, CPU),
  ).rejects.toThrowWithCode('not_supported');
  await rm(folder, { recursive: true });
});
