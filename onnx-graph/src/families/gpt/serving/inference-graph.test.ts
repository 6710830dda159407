import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { GptConfig } from '../config';
import { initialParameters } from '../initial-parameters';
import { namedParameters } from '../tensor-table';
import { evaluation } from '../training-graphs';
import { inferenceGraph } from './inference-graph';
import type { Quantisation } from './quantise';

const GROUPED: GptConfig = {
  vocabSize: 48,
  hiddenSize: 32,
  intermediateSize: 64,
  layers: 2,
  heads: 4,
  kvHeads: 2,
  headSize: 16,
  context: 32,
  ropeTheta: 10_000,
  rmsNormEps: 1e-5,
  tiedEmbeddings: false,
};
const TIED: GptConfig = { ...GROUPED, tiedEmbeddings: true, kvHeads: 4, layers: 1 };
const CAPACITY = 16;

/** A small linear congruential generator: enough for tests, the same everywhere. */
function generator(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16807) % 2147483647) / 2147483647;
}

/** Parameters far enough from their initial smallness that every term matters. */
function parameters(config: GptConfig): Float32Array {
  const next = generator(5);
  return initialParameters(config, generator(7)).map((x) => x + 0.2 * (next() - 0.5));
}

const rowsOf = (count: number, length: number): number[][] => {
  const next = generator(3);
  return Array.from({ length: count }, () => Array.from({ length }, () => Math.floor(next() * GROUPED.vocabSize)));
};
const ints = (values: readonly number[], dims: readonly number[]): Tensor =>
  new Tensor('int64', BigInt64Array.from(values, BigInt), dims);
const difference = (a: Float32Array, b: Float32Array): number => {
  expect(a).toHaveLength(b.length);
  return a.reduce((worst, x, i) => Math.max(worst, Math.abs(x - b[i]!)), 0);
};
const built = (config: GptConfig, quantisation?: Quantisation): Uint8Array =>
  inferenceGraph(config, namedParameters(config, parameters(config)), quantisation ? { quantisation } : {}).graph;

/** The graph over buffers of its own. */
class Serving {
  readonly #buffers: Tensor[];

  private constructor(
    readonly session: InferenceSession,
    readonly config: GptConfig,
    readonly rows: number,
  ) {
    const dims = [rows, config.kvHeads, CAPACITY, config.headSize];
    const size = dims.reduce((a, b) => a * b);
    this.#buffers = Array.from(
      { length: 2 * config.layers },
      () => new Tensor('float32', new Float32Array(size), dims),
    );
  }

  static async open(model: Uint8Array | string, config: GptConfig, rows: number, threads = 1): Promise<Serving> {
    const options = { intraOpNumThreads: threads, interOpNumThreads: 1, logSeverityLevel: 3 as const };
    const session = await (typeof model === 'string'
      ? InferenceSession.create(model, options)
      : InferenceSession.create(model, options));
    return new Serving(session, config, rows);
  }

  /** New tokens of each row over as many as it has; logits of the last `kept` positions, row after row. */
  async pass(ids: readonly (readonly number[])[], past: readonly number[], kept: number): Promise<Float32Array> {
    const totals = ids.map((row, index) => row.length + past[index]!);
    const longest = Math.max(...totals);
    const feeds: Record<string, Tensor> = {
      input_ids: ints(ids.flat(), [ids.length, ids[0]!.length]),
      attention_mask: ints(
        totals.flatMap((total) => Array.from({ length: longest }, (_, at) => Number(at < total))),
        [ids.length, longest],
      ),
      num_logits_to_keep: ints([kept], []),
    };
    const fetches: Record<string, Tensor | null> = { logits: null };
    this.#buffers.forEach((buffer, index) => {
      const name = `${index >> 1}.${index % 2 === 0 ? 'key' : 'value'}`;
      feeds[`past_key_values.${name}`] = buffer;
      fetches[`present.${name}`] = buffer;
    });
    const { logits } = await this.session.run(feeds, fetches);
    expect(logits!.dims).toEqual([ids.length, kept || ids[0]!.length, this.config.vocabSize]);
    return logits!.data as Float32Array;
  }
}

describe.each([
  ['grouped queries, untied', GROUPED],
  ['tied embeddings', TIED],
])('a served model with %s', (_, config) => {
  test('gives the logits that it was trained with', async () => {
    const params = parameters(config);
    const [ids] = rowsOf(1, 9);
    const scoring = await InferenceSession.create(evaluation(config));
    const tokens = ints([...ids!, 0], [1, 10]);
    const trained = await scoring.run({ params: new Tensor('float32', params, [params.length]), tokens });
    const serving = await Serving.open(built(config), config, 1);
    const served = await serving.pass([ids!], [0], 0);
    expect(difference(served, trained['logits']!.data as Float32Array)).toBeLessThan(1e-4);
  });

  test('decodes step by step, alone and together, what one prefill gives', async () => {
    const graph = built(config);
    const rows = rowsOf(3, 10);
    const together = await Serving.open(graph, config, 3, 2);
    const alone = await Serving.open(graph, config, 1);
    await together.pass(
      rows.map((row) => row.slice(0, 3)),
      [0, 0, 0],
      1,
    );
    for (let at = 3; at < 10; at++) {
      const stepped = await together.pass(
        rows.map((row) => [row[at]!]),
        [at, at, at],
        1,
      );
      for (const [index, row] of rows.entries()) {
        const whole = await alone.pass([row.slice(0, at + 1)], [0], 1);
        const own = stepped.subarray(index * config.vocabSize, (index + 1) * config.vocabSize);
        expect(difference(own, whole)).toBeLessThan(1e-4);
      }
    }
  });

  test('gives the last logits that are asked for, over a past too', async () => {
    const [row] = rowsOf(1, 9);
    const serving = await Serving.open(built(config), config, 1);
    const all = await serving.pass([row!], [0], 0);
    expect(await serving.pass([row!], [0], 4)).toEqual(all.slice(-4 * config.vocabSize));
    await serving.pass([row!.slice(0, 5)], [0], 1);
    const rest = await serving.pass([row!.slice(5)], [5], 0);
    expect(difference(rest, all.slice(-4 * config.vocabSize))).toBeLessThan(1e-4);
  });

  test.each([
    [{ bits: 8, compute: 'int8' }, 0.1],
    [{ bits: 4, compute: 'single' }, 1],
    [{ bits: 4, compute: 'int8' }, 1],
  ] as const)('stored as %j is near what it was', async (quantisation, tolerance) => {
    const [row] = rowsOf(1, 9);
    const exact = await (await Serving.open(built(config), config, 1)).pass([row!], [0], 0);
    const graph = built(config, quantisation);
    const near = await (await Serving.open(graph, config, 1)).pass([row!], [0], 0);
    const spread = Math.max(...exact) - Math.min(...exact);
    const off = difference(near, exact) / spread;
    expect(off).toBeGreaterThan(0);
    expect(off).toBeLessThan(tolerance);
    expect(graph.length).toBeLessThan(built(config).length);
  });
});

test('weights in a file of their own give the same bits', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'external-'));
  const parts = inferenceGraph(GROUPED, namedParameters(GROUPED, parameters(GROUPED)), { externalData: 'weights' });
  await writeFile(join(folder, 'model.onnx'), parts.graph);
  await writeFile(join(folder, 'weights'), Buffer.concat([...parts.externalData]));
  const [row] = rowsOf(1, 9);
  const apart = await Serving.open(join(folder, 'model.onnx'), GROUPED, 1);
  const whole = await Serving.open(built(GROUPED), GROUPED, 1);
  expect(await apart.pass([row!], [0], 0)).toEqual(await whole.pass([row!], [0], 0));
  expect(parts.graph.length).toBeLessThan(built(GROUPED).length / 4);
  await rm(folder, { recursive: true });
});

test('the same model gives the same bytes', () => {
  expect(createHash('sha256').update(built(TIED)).digest('hex')).toMatchInlineSnapshot(
    `"07b8f406a5642522994b73196c7c98a850712805974073536544083f859960d1"`,
  );
  expect(built(TIED)).toEqual(built(TIED));
});

test('what cannot be served is refused', async () => {
  const odd = { ...GROUPED, headSize: 8 };
  await expect(() => inferenceGraph(odd, () => new Float32Array(0))).toThrowWithCode('not_supported', { headSize: 8 });
  const endless = { ...GROUPED, context: 2 ** 31 };
  await expect(() => inferenceGraph(endless, () => new Float32Array(0))).toThrowWithCode('not_supported');
  const huge = { ...GROUPED, vocabSize: 2 ** 20, hiddenSize: 2 ** 10 };
  await expect(() => inferenceGraph(huge, () => new Float32Array(0))).toThrowWithCode('not_supported');
  await expect(() => namedParameters(GROUPED, new Float32Array(3))).toThrowWithCode('invalid_argument');
  await expect(() => inferenceGraph(GROUPED, () => new Float32Array(3))).toThrowWithCode('invalid_argument');
});
