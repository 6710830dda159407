import { expect } from '@jest/globals';
import { createHash } from 'node:crypto';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { type GptConfig, checkGptConfig, huggingFaceConfig } from './config';
import { initialParameters } from './initial-parameters';
import { parameterCount, tensorTable } from './tensor-table';
import { gradient, trainStep } from './training-graphs';

const TINY: GptConfig = {
  vocabSize: 23,
  hiddenSize: 16,
  intermediateSize: 24,
  layers: 2,
  heads: 4,
  kvHeads: 2,
  headSize: 16,
  context: 32,
  ropeTheta: 10_000,
  rmsNormEps: 1e-5,
  tiedEmbeddings: false,
};
const TIED: GptConfig = { ...TINY, tiedEmbeddings: true, kvHeads: 4, layers: 1 };
const OPTIMISER = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1, clipNorm: 1 };

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

const open = (bytes: Uint8Array, threads = 1): Promise<InferenceSession> =>
  InferenceSession.create(bytes, { intraOpNumThreads: threads, interOpNumThreads: 1, logSeverityLevel: 3 });
const ints = (rows: readonly (readonly number[])[]): Tensor =>
  new Tensor('int64', BigInt64Array.from(rows.flat(), BigInt), [rows.length, rows[0]!.length]);
const floats = (data: Float32Array, dims: number[]): Tensor => new Tensor('float32', data, dims);
const numbers = (tensor: Tensor | undefined): Float32Array => tensor!.data as Float32Array;
const largestDifference = (a: Float32Array, b: Float32Array): number => {
  expect(a).toHaveLength(b.length);
  return a.reduce((worst, x, i) => Math.max(worst, Math.abs(x - b[i]!)), 0);
};

/** Rows of ids drawn with a seed. */
function rowsOf(count: number, length: number, seed = 3): number[][] {
  const next = generator(seed);
  return Array.from({ length: count }, () => Array.from({ length }, () => Math.floor(next() * TINY.vocabSize)));
}

describe.each([
  ['grouped queries, untied', TINY],
  ['tied embeddings', TIED],
])('a model with %s', (_, config) => {
  test('has one flat vector with Hugging Face names, without gaps', () => {
    const table = tensorTable(config);
    let end = 0;
    for (const { offset, length, shape } of table) {
      expect(offset).toBe(end);
      expect(shape.reduce((a, b) => a * b)).toBe(length);
      end += length;
    }
    expect(end).toBe(parameterCount(config));
    const names = table.map(({ name }) => name);
    expect(names[0]).toBe('model.embed_tokens.weight');
    expect(names).toContain('model.layers.0.self_attn.q_proj.weight');
    expect(names.includes('lm_head.weight')).toBe(!config.tiedEmbeddings);
  });

  test('has the gradients that finite differences of every tensor show', async () => {
    const session = await open(gradient(config));
    const params = parameters(config);
    const tokens = ints(rowsOf(2, 7));
    const run = (at: Float32Array): Promise<InferenceSession.OnnxValueMapType> =>
      session.run({ params: floats(at, [at.length]), tokens });
    const whole = numbers((await run(params))['gradient']);
    for (const { name, offset, length } of tensorTable(config)) {
      const part = whole.subarray(offset, offset + length);
      const norm = Math.hypot(...part);
      const along = async (by: number): Promise<number> => {
        const moved = params.slice();
        part.forEach((x, i) => (moved[offset + i]! += (by * x) / norm));
        return numbers((await run(moved))['loss'])[0]!;
      };
      // A long step strays by curvature and a short one by rounding: one of them has to be close.
      const errors: number[] = [];
      for (const by of [0.03, 0.01, 0.003, 0.001]) {
        const slope = ((await along(by)) - (await along(-by))) / (2 * by);
        errors.push(Math.abs(slope / norm - 1));
      }
      expect({ name, error: Math.min(...errors) }).toEqual({ name, error: expect.closeTo(0, 2) });
    }
    await session.release();
  });
});

test('a training step lowers the loss of what it saw, by the same bits on any number of threads', async () => {
  const run = async (threads: number): Promise<{ losses: number[]; digest: string }> => {
    const session = await open(trainStep(TINY, OPTIMISER), threads);
    const size = [parameterCount(TINY)];
    let params = floats(initialParameters(TINY, generator(11)), size);
    let [m, v] = [floats(new Float32Array(size[0]!), size), floats(new Float32Array(size[0]!), size)];
    const losses: number[] = [];
    for (let step = 1; step <= 40; step++) {
      const scalars = { lr: floats(Float32Array.of(0.01), []), step: floats(Float32Array.of(step), []) };
      const result = await session.run({ params, m, v, tokens: ints(rowsOf(4, 17)), ...scalars });
      losses.push(numbers(result['loss'])[0]!);
      expect(numbers(result['grad_norm'])[0]).toBeGreaterThan(0);
      [params, m, v] = [result['params_out']!, result['m_out']!, result['v_out']!] as Tensor[] as [
        Tensor,
        Tensor,
        Tensor,
      ];
    }
    await session.release();
    return {
      losses,
      digest: createHash('sha256')
        .update(new Uint8Array(numbers(params).buffer))
        .digest('hex'),
    };
  };
  const [one, two] = [await run(1), await run(2)];
  expect(one.losses[0]).toBeCloseTo(Math.log(TINY.vocabSize), 0);
  expect(one.losses.at(-1)).toBeLessThan(0.5 * one.losses[0]!);
  expect(two).toEqual(one);
});

test('one step of AdamW is what the paper says, with the gradient clipped', async () => {
  const [stepping, slopes] = await Promise.all([
    open(trainStep(TINY, { ...OPTIMISER, clipNorm: 0.1 })),
    open(gradient(TINY)),
  ]);
  const params = parameters(TINY);
  const size = [params.length];
  const tokens = ints(rowsOf(2, 7));
  const slope = numbers((await slopes.run({ params: floats(params, size), tokens }))['gradient']);
  const before = { m: params.map((x) => 0.01 * x), v: params.map((x) => 1e-4 * x * x) };
  const result = await stepping.run({
    params: floats(params, size),
    m: floats(before.m, size),
    v: floats(before.v, size),
    tokens,
    lr: floats(Float32Array.of(0.003), []),
    step: floats(Float32Array.of(3), []),
  });
  const norm = Math.hypot(...slope);
  expect(numbers(result['grad_norm'])[0]).toBeCloseTo(norm, 4);
  const decayed = tensorTable(TINY).flatMap(({ shape, length }) =>
    Array<number>(length).fill(shape.length > 1 ? 0.1 : 0),
  );
  const expected = params.map((x, i) => {
    const g = (slope[i]! * 0.1) / norm;
    const m = 0.9 * before.m[i]! + 0.1 * g;
    const v = 0.95 * before.v[i]! + 0.05 * g * g;
    const direction = m / (1 - 0.9 ** 3) / (Math.sqrt(v / (1 - 0.95 ** 3)) + 1e-8);
    return x - 0.003 * (direction + decayed[i]! * x);
  });
  expect(largestDifference(numbers(result['params_out']), expected)).toBeLessThan(1e-5);
  await Promise.all([stepping.release(), slopes.release()]);
});

test('the same configuration gives the same bytes', () => {
  const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
  expect(trainStep(TINY, OPTIMISER)).toEqual(trainStep(TINY, OPTIMISER));
  expect(digest(trainStep(TINY, OPTIMISER))).toMatchInlineSnapshot(
    `"b64a12bc2c435611df311495de73c8b6431d3f881d764b04636d5525ba9c8f46"`,
  );
});

test('a configuration that fits no graph is refused by name', async () => {
  const wrong = ['kvHeads must divide heads', 'headSize must be even'];
  await expect(() => checkGptConfig({ ...TINY, kvHeads: 3, headSize: 5 })).toThrowWithCode('invalid_argument', {
    wrong,
  });
});

test('Hugging Face libraries learn the shape from config.json', () => {
  expect(huggingFaceConfig(TINY, { stop: 22 })).toMatchObject({
    model_type: 'llama',
    hidden_size: 16,
    num_key_value_heads: 2,
    head_dim: 16,
    eos_token_id: 22,
    tie_word_embeddings: false,
  });
});
