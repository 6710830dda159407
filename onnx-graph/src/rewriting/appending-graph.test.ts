import { expect } from '@jest/globals';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { GptConfig } from '../families/gpt/config';
import { initialParameters } from '../families/gpt/initial-parameters';
import { inferenceGraph } from '../families/gpt/serving/inference-graph';
import { namedParameters } from '../families/gpt/tensor-table';
import { GraphBuilder } from '../graph/graph-builder';
import { MICROSOFT_DOMAIN } from '../proto/onnx';
import { appendingGraph } from './appending-graph';

const CONFIG: GptConfig = {
  vocabSize: 48,
  hiddenSize: 32,
  intermediateSize: 64,
  layers: 2,
  heads: 4,
  kvHeads: 2,
  headSize: 16,
  context: 64,
  ropeTheta: 10_000,
  rmsNormEps: 1e-5,
  tiedEmbeddings: true,
};
const { kvHeads, headSize, vocabSize, layers } = CONFIG;

/** A small linear congruential generator: enough for tests, the same everywhere. */
function generator(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16807) % 2147483647) / 2147483647;
}
const next = generator(5);
const parameters = initialParameters(CONFIG, generator(7)).map((x) => x + 0.2 * (next() - 0.5));
const written = inferenceGraph(CONFIG, namedParameters(CONFIG, parameters)).graph;
const names = Array.from({ length: layers }, (_, layer) => [`${layer}.key`, `${layer}.value`]).flat();
const ints = (values: readonly number[], dims: readonly number[]): Tensor =>
  new Tensor('int64', BigInt64Array.from(values, BigInt), dims);
const logitsOf = (values: Float32Array, row: number): Float32Array =>
  values.slice(row * vocabSize, (row + 1) * vocabSize);
const text = (row: number, length: number): number[] =>
  Array.from({ length }, (_, at) => (row * 11 + at * 5) % vocabSize);

/** The rewritten graph over a past of a fixed capacity, which holds noise where no token is. */
class Appending {
  readonly #past: Float32Array[];

  constructor(
    private readonly session: InferenceSession,
    private readonly rows: number,
    private readonly capacity: number,
  ) {
    const noise = generator(capacity);
    this.#past = names.map(() => Float32Array.from({ length: rows * kvHeads * capacity * headSize }, noise));
  }

  async pass(ids: readonly (readonly number[])[], past: readonly number[]): Promise<Float32Array> {
    const time = ids[0]!.length;
    const dims = [this.rows, kvHeads, this.capacity, headSize];
    const longest = Math.max(...past) + time;
    const mask = past.flatMap((held) => Array.from({ length: longest }, (_, at) => Number(at < held + time)));
    const outputs = await this.session.run({
      input_ids: ints(ids.flat(), [this.rows, time]),
      attention_mask: ints(mask, [this.rows, longest]),
      num_logits_to_keep: ints([1], []),
      ...Object.fromEntries(names.map((name, i) => [`past_key_values.${name}`, new Tensor(this.#past[i]!, dims)])),
    });
    names.forEach((name, i) => {
      const { data, dims: given } = outputs[`present.${name}`]!;
      expect(given).toEqual([this.rows, kvHeads, time, headSize]);
      for (let at = 0; at < this.rows * kvHeads; at++) {
        const held = past[Math.floor(at / kvHeads)]!;
        const part = (data as Float32Array).subarray(at * time * headSize, (at + 1) * time * headSize);
        this.#past[i]!.set(part, (at * this.capacity + held) * headSize);
      }
    });
    return outputs['logits']!.data as Float32Array;
  }
}

/** Logits after a text that the graph as it was written takes at once. */
async function whole(session: InferenceSession, ids: readonly number[]): Promise<Float32Array> {
  const nothing = new Tensor(new Float32Array(0), [1, kvHeads, 0, headSize]);
  const outputs = await session.run({
    input_ids: ints(ids, [1, ids.length]),
    attention_mask: ints(
      ids.map(() => 1),
      [1, ids.length],
    ),
    num_logits_to_keep: ints([1], []),
    ...Object.fromEntries(names.map((name) => [`past_key_values.${name}`, nothing])),
  });
  return outputs['logits']!.data as Float32Array;
}

test('rows of any length go on by any number of tokens, each as it does in the graph as it was written', async () => {
  const before = await InferenceSession.create(written);
  const after = await InferenceSession.create(appendingGraph(written, { headSize })!);
  const rows = [0, 1, 2].map((row) => text(row, 12));
  const together = new Appending(after, 3, 24);
  const past = [0, 0, 0];
  for (const [turn, step] of [1, 2, 1, 3].entries()) {
    // A row that is set back goes on from there: lengths differ from then on.
    if (turn > 0) past[turn - 1] = turn - 1;
    const logits = await together.pass(
      rows.map((ids, row) => ids.slice(past[row], past[row]! + step)),
      past,
    );
    for (const [row, ids] of rows.entries()) {
      past[row]! += step;
      const expected = await whole(before, ids.slice(0, past[row]));
      const worst = logitsOf(logits, row).reduce((most, x, i) => Math.max(most, Math.abs(x - expected[i]!)), 0);
      expect(worst).toBeLessThan(1e-4);
    }
  }
});

test('neither how large a past is nor what others hold changes a bit', async () => {
  const session = await InferenceSession.create(appendingGraph(written, { headSize })!);
  const ids = text(1, 20);
  const answers: Float32Array[] = [];
  for (const [rows, capacity] of [
    [1, 32],
    [1, 64],
    [3, 640],
  ] as const) {
    const cache = new Appending(session, rows, capacity);
    const others = Array.from({ length: rows - 1 }, (_, row) => text(row + 5, 20));
    const all = [ids, ...others];
    await cache.pass(
      all.map((row) => row.slice(0, 19)),
      all.map(() => 0),
    );
    const last = await cache.pass(
      all.map((row) => row.slice(19)),
      all.map(() => 19),
    );
    answers.push(logitsOf(last, 0));
  }
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[2]).toEqual(answers[0]);
});

test('a graph without such attention, and one whose attention does more, are left as they are', () => {
  const plain = new GraphBuilder('plain');
  plain.output('y', plain.input('x', 'float32', [1]));
  expect(appendingGraph(plain.bytes(), { headSize })).toBeUndefined();

  const windowed = new GraphBuilder('windowed');
  const tensor = (name: string): ReturnType<GraphBuilder['input']> => windowed.input(name, 'float32', ['B', 'T', 64]);
  const inputs = ['q', 'k', 'v', 'past_key', 'past_value', 'last', 'longest'].map(tensor);
  const result = { shape: ['B', 'T', 64] };
  const attributes = { num_heads: 4, kv_num_heads: 2, local_window_size: 8 };
  const outputs = windowed.nodes('GroupQueryAttention', inputs, [result, result, result], {
    domain: MICROSOFT_DOMAIN,
    attributes,
  });
  windowed.output('y', outputs[0]!);
  expect(appendingGraph(windowed.bytes(), { headSize })).toBeUndefined();
});

test('what is no ONNX file is refused', async () => {
  for (const bytes of [written.subarray(0, written.length - 3), new TextEncoder().encode('nothing of the kind')]) {
    await expect(() => appendingGraph(bytes, { headSize })).toThrowWithCode('invalid_argument');
  }
});
