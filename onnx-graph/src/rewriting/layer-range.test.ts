import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from '@jest/globals';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { GptConfig } from '../families/gpt/config';
import { initialParameters } from '../families/gpt/initial-parameters';
import { inferenceGraph } from '../families/gpt/serving/inference-graph';
import { namedParameters } from '../families/gpt/tensor-table';
import { GraphBuilder } from '../graph/graph-builder';
import { appendingGraph } from './appending-graph';
import { layerRange, type LayerRange } from './layer-range';

const CONFIG: GptConfig = {
  ...{ vocabSize: 48, hiddenSize: 32, intermediateSize: 64, layers: 5, heads: 4, kvHeads: 2, headSize: 16 },
  ...{ context: 64, ropeTheta: 10_000, rmsNormEps: 1e-5, tiedEmbeddings: true },
};
let state = 11;
const next = (): number => (state = (state * 16807) % 2147483647) / 2147483647;
const parameters = initialParameters(CONFIG, next).map((x) => x + 0.2 * (next() - 0.5));
const ours = inferenceGraph(CONFIG, namedParameters(CONFIG, parameters)).graph;
const fixture = (family: string): Uint8Array =>
  readFileSync(path.resolve(__dirname, '../../../inference-workers/fixtures/optimum', family, 'model.onnx'));

const ints = (values: readonly number[], dims: readonly number[]): Tensor =>
  new Tensor('int64', BigInt64Array.from(values, BigInt), dims);

type Values = Record<string, Tensor>;

/** Runs a graph over an empty past, feeding it what it asks for of everything there is. */
async function run(graph: Uint8Array, ids: readonly number[], states: Values): Promise<Values> {
  const session = await InferenceSession.create(graph);
  const dims = [1, ids.length];
  const all: Values = {
    ...states,
    input_ids: ints(ids, dims),
    attention_mask: ints(Array<number>(ids.length).fill(1), dims),
    position_ids: ints([...ids.keys()], dims),
    num_logits_to_keep: ints([0], []),
  };
  for (const input of session.inputMetadata) {
    if (!input.isTensor || !input.name.startsWith('past')) continue;
    all[input.name] = new Tensor(new Float32Array(0), [1, Number(input.shape[1]), 0, Number(input.shape[3])]);
  }
  const outputs = await session.run(Object.fromEntries(session.inputNames.map((name) => [name, all[name]!])));
  await session.release();
  return outputs;
}

/** Everything that ranges one after the other give. */
async function chained(model: Uint8Array, ranges: readonly LayerRange[], ids: readonly number[]): Promise<Values> {
  const outputs: Values = {};
  let states: Values = {};
  for (const range of ranges) {
    const part = layerRange(model, range)!;
    const given = await run(part.graph(), ids, states);
    for (const name of part.outputs) outputs[name] = given[name]!;
    states = Object.fromEntries(part.gives.map((name) => [name, given[name]!]));
  }
  return outputs;
}

function expectSame(actual: Values, expected: Values): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, { data }] of Object.entries(expected)) {
    expect(Buffer.compare(bytes(actual[name]!.data as Float32Array), bytes(data as Float32Array))).toBe(0);
  }
}
const bytes = ({ buffer, byteOffset, byteLength }: Float32Array): Buffer => Buffer.from(buffer, byteOffset, byteLength);

test('ranges of a decoder of ours, however it is cut, give the bits of the whole', async () => {
  const ids = [3, 14, 15, 9, 26, 5];
  const expected = await run(ours, ids, {});
  for (let choice = 1; choice < 2 ** (CONFIG.layers - 1); choice++) {
    const cuts = [1, 2, 3, 4].filter((layer) => choice & (1 << (layer - 1)));
    const ranges = [0, ...cuts].map((first, at) => ({ first, last: (cuts[at] ?? CONFIG.layers) - 1 }));
    expectSame(await chained(ours, ranges, ids), expected);
  }
});

test.each(['llama', 'gpt2'])(
  "Optimum's %s, whose layers share masks made of the first one's sizes, has none",
  (family) => {
    expect(layerRange(fixture(family), { first: 1, last: 1 })).toBeUndefined();
  },
);

test('a range holds its own weights alone, and its attention is rewritten like the whole', () => {
  const parts = CONFIG.layers;
  const sizes = Array.from(
    { length: parts },
    (_, layer) => layerRange(ours, { first: layer, last: layer })!.graph().length,
  );
  for (const size of sizes.slice(1, -1)) expect(size).toBeLessThan(ours.length / 3);
  expect(appendingGraph(layerRange(ours, { first: 2, last: 3 })!.graph(), { headSize: 16 })).toBeDefined();
});

test('layers that are not there, and graphs without layers, have no ranges', () => {
  expect(layerRange(ours, { first: 0, last: 5 })).toBeUndefined();
  expect(layerRange(ours, { first: 5, last: 6 })).toBeUndefined();
  const plain = new GraphBuilder('plain');
  plain.output('y', plain.input('x', 'float32', [1]));
  expect(layerRange(plain.bytes(), { first: 0, last: 0 })).toBeUndefined();
});

test('what is no ONNX file is refused', async () => {
  const nothing = new TextEncoder().encode('nothing');
  await expect(() => layerRange(nothing, { first: 0, last: 0 })).toThrowWithCode('invalid_argument');
});
