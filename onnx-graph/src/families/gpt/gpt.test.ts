import { expect } from '@jest/globals';
import { createHash } from 'node:crypto';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { type GptConfig, checkGptConfig, huggingFaceConfig } from './config';
import { inferenceGraph } from './inference';
import { initialParameters } from './initial-parameters';
import { parameterCount, tensorTable } from './tensor-table';
import { evaluation, gradient, trainStep } from './training-graphs';

const TINY: GptConfig = {
  vocabSize: 23,
  hiddenSize: 16,
  intermediateSize: 24,
  layers: 2,
  heads: 4,
  kvHeads: 2,
  headSize: 6,
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

interface Step {
  readonly ids: number[][];
  readonly mask: number[][];
  readonly positions: number[][];
  readonly past?: InferenceSession.OnnxValueMapType;
}

async function infer(
  session: InferenceSession,
  config: GptConfig,
  step: Step,
): Promise<InferenceSession.OnnxValueMapType> {
  const empty = (): Tensor => floats(new Float32Array(0), [step.ids.length, config.kvHeads, 0, config.headSize]);
  const past = session.inputNames
    .filter((name) => name.startsWith('past_key_values.'))
    .map((name): [string, Tensor] => [name, step.past?.[name.replace('past_key_values', 'present')] ?? empty()]);
  return session.run({
    input_ids: ints(step.ids),
    attention_mask: ints(step.mask),
    position_ids: ints(step.positions),
    ...Object.fromEntries(past),
  });
}

/** One prefill of unpadded rows. */
const prefill = (session: InferenceSession, config: GptConfig, ids: number[][]): ReturnType<typeof infer> =>
  infer(session, config, {
    ids,
    mask: ids.map((row) => row.map(() => 1)),
    positions: ids.map((row) => row.map((_, t) => t)),
  });

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

  test('serves the logits that it was trained with', async () => {
    const params = parameters(config);
    const rows = rowsOf(3, 9);
    const [scoring, serving] = await Promise.all([open(evaluation(config)), open(inferenceGraph(config, params))]);
    const tokens = ints(rows.map((row) => [...row, 0]));
    const trained = await scoring.run({ params: floats(params, [params.length]), tokens });
    const served = await prefill(serving, config, rows);
    expect(served['logits']!.dims).toEqual([3, 9, config.vocabSize]);
    expect(served['present.0.key']!.dims).toEqual([3, config.kvHeads, 9, config.headSize]);
    expect(largestDifference(numbers(served['logits']), numbers(trained['logits']))).toBeLessThan(1e-5);
    await Promise.all([scoring.release(), serving.release()]);
  });

  test('decodes step by step what one prefill gives', async () => {
    const session = await open(inferenceGraph(config, parameters(config)));
    const rows = rowsOf(2, 12);
    const whole = numbers((await prefill(session, config, rows))['logits']);
    let past = await prefill(
      session,
      config,
      rows.map((row) => row.slice(0, 4)),
    );
    for (let t = 4; t < 12; t++) {
      past = await infer(session, config, {
        ids: rows.map((row) => [row[t]!]),
        mask: rows.map(() => Array<number>(t + 1).fill(1)),
        positions: rows.map(() => [t]),
        past,
      });
      rows.forEach((_row, b) => {
        const stepped = numbers(past['logits']).subarray(b * config.vocabSize, (b + 1) * config.vocabSize);
        const start = (b * 12 + t) * config.vocabSize;
        const expected = whole.subarray(start, start + config.vocabSize);
        expect(largestDifference(stepped, expected)).toBeLessThan(1e-4);
        expect(stepped.indexOf(Math.max(...stepped))).toBe(expected.indexOf(Math.max(...expected)));
      });
    }
    await session.release();
  });

  test('gives a row the same bits in any company', async () => {
    const params = parameters(config);
    const [one, two] = await Promise.all([
      open(inferenceGraph(config, params)),
      open(inferenceGraph(config, params), 2),
    ]);
    const rows = rowsOf(7, 10);
    const together = await prefill(one, config, rows);
    const next = rows.map((_, b) => [b]);
    const decode = (session: InferenceSession, ids: number[][], past: Step['past']): ReturnType<typeof infer> =>
      infer(session, config, {
        ids,
        mask: ids.map(() => Array<number>(11).fill(1)),
        positions: ids.map(() => [10]),
        past,
      });
    const steppedTogether = await decode(one, next, together);
    for (const [b, row] of rows.entries()) {
      const alone = await prefill(two, config, [row]);
      const rowOf = (all: Tensor | undefined, length: number): Float32Array =>
        numbers(all).slice(b * length, (b + 1) * length);
      expect(numbers(alone['logits'])).toEqual(rowOf(together['logits'], 10 * config.vocabSize));
      const stepped = await decode(two, [next[b]!], alone);
      expect(numbers(stepped['logits'])).toEqual(rowOf(steppedTogether['logits'], config.vocabSize));
    }
    await Promise.all([one.release(), two.release()]);
  });

  test.each(['left', 'right'] as const)('does not see padding on the %s', async (side) => {
    const session = await open(inferenceGraph(config, parameters(config)));
    const [row] = rowsOf(1, 6);
    const bare = numbers((await prefill(session, config, [row!]))['logits']);
    const pad = Array<number>(3).fill(0);
    const put = (values: readonly number[], fill: readonly number[]): number[] =>
      side === 'left' ? [...fill, ...values] : [...values, ...fill];
    const padded = await infer(session, config, {
      ids: [put(row!, [9, 8, 7])],
      mask: [
        put(
          row!.map(() => 1),
          pad,
        ),
      ],
      positions: [
        put(
          row!.map((_, t) => t),
          pad,
        ),
      ],
    });
    const from = (side === 'left' ? 3 : 0) * config.vocabSize;
    const seen = numbers(padded['logits']).subarray(from, from + bare.length);
    expect(largestDifference(seen, bare)).toBeLessThan(1e-5);

    const next = await infer(session, config, {
      ids: [[5]],
      mask: [
        [
          ...put(
            row!.map(() => 1),
            pad,
          ),
          1,
        ],
      ],
      positions: [[6]],
      past: padded,
    });
    const whole = numbers((await prefill(session, config, [[...row!, 5]]))['logits']).subarray(6 * config.vocabSize);
    expect(largestDifference(numbers(next['logits']), whole)).toBeLessThan(1e-4);
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
  expect({
    trainStep: digest(trainStep(TINY, OPTIMISER)),
    inference: digest(inferenceGraph(TIED, initialParameters(TIED, generator(1)))),
  }).toMatchInlineSnapshot(`
   {
     "inference": "cbd6f16706a7a93f72bd6c5abf0020a078f2ce50d370f0b9851e2b13661e3034",
     "trainStep": "963618e27df968dfbf73d1237d0f5889e9bf98e3fbed6c934546e05e386a5d82",
   }
  `);
});

test('a configuration that fits no graph is refused by name', async () => {
  const wrong = ['kvHeads must divide heads', 'headSize must be even'];
  await expect(() => checkGptConfig({ ...TINY, kvHeads: 3, headSize: 5 })).toThrowWithCode('invalid_argument', {
    wrong,
  });
  await expect(() => inferenceGraph(TINY, new Float32Array(3))).toThrowWithCode('invalid_argument');
});

test('Hugging Face libraries learn the shape from config.json', () => {
  expect(huggingFaceConfig(TINY, { stop: 22 })).toMatchObject({
    model_type: 'llama',
    hidden_size: 16,
    num_key_value_heads: 2,
    head_dim: 6,
    eos_token_id: 22,
    tie_word_embeddings: false,
  });
});
