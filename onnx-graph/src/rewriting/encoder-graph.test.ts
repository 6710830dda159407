import { expect } from '@jest/globals';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { GraphBuilder } from '../graph/graph-builder';
import { protoFields } from '../proto/proto-reader';
import { ProtoWriter } from '../proto/proto-writer';
import { encoderGraph } from './encoder-graph';

const WIDTH = 3;
/** Hidden states are rows of this table, so that what pooling gives can be counted. */
const TABLE = [
  [1, 2, 2],
  [3, 0, 4],
  [-1, 6, 2],
];

/** @param output what the graph calls its hidden states, [B, T, 3], or the pooled ones, [B, 3] */
function encoder(output: 'last_hidden_state' | 'sentence_embedding' | 'logits', types = true): Uint8Array {
  const graph = new GraphBuilder('main_graph');
  const ids = graph.input('input_ids', 'int64', ['batch', 'sequence']);
  graph.input('attention_mask', 'int64', ['batch', 'sequence']);
  const table = graph.initialiser('table', 'float32', [3, WIDTH], Float32Array.from(TABLE.flat()));
  const words = graph.gather(table, ids);
  // The second type would spoil every number.
  const spoilt = graph.initialiser('types', 'float32', [2, 1], Float32Array.of(0, 1e6));
  const hidden = types
    ? graph.add(words, graph.gather(spoilt, graph.input('token_type_ids', 'int64', ['batch', 'sequence'])))
    : words;
  if (output === 'sentence_embedding') {
    graph.output('token_embeddings', hidden, ['batch', 'sequence', WIDTH]);
    graph.output(output, graph.sum(hidden, { axes: [1] }), ['batch', WIDTH]);
  } else graph.output(output, hidden, ['batch', 'sequence', WIDTH]);
  return graph.bytes();
}

/** The same graph for an operator set of long ago. */
function ofOperatorSet(model: Uint8Array, version: number): Uint8Array {
  const result = new ProtoWriter();
  const set = new ProtoWriter();
  set.string(1, '');
  set.int(2, version);
  for (const { number, whole } of protoFields(model)) if (number !== 8 && number !== 1) result.copy(whole);
  result.int(1, 4);
  result.message(8, set);
  return result.bytes();
}

async function run(model: Uint8Array): Promise<number[][]> {
  const session = await InferenceSession.create(model);
  expect(session.inputNames).toEqual(['input_ids', 'attention_mask']);
  expect(session.outputNames).toEqual(['sentence_embedding']);
  const ints = (...values: bigint[]): Tensor => new Tensor('int64', BigInt64Array.from(values), [2, 3]);
  const { sentence_embedding: given } = await session.run({
    input_ids: ints(0n, 1n, 0n, 1n, 2n, 2n),
    attention_mask: ints(1n, 1n, 0n, 1n, 1n, 1n),
  });
  await session.release();
  expect(given!.dims).toEqual([2, WIDTH]);
  const data = [...(given!.data as Float32Array)];
  return [data.slice(0, WIDTH), data.slice(WIDTH)];
}

const near = (rows: readonly number[][]): unknown => rows.map((row) => row.map((x): unknown => expect.closeTo(x, 5)));
const unit = (row: readonly number[]): number[] => row.map((x) => x / Math.hypot(...row));
const MEANS = [
  [2, 1, 3],
  [1 / 3, 4, 8 / 3],
];

test.each([8, 11, 14, 20])('hidden states become one row a text, in operator set %d', async (version) => {
  const model = encoder('last_hidden_state');
  const old = version < 20 ? ofOperatorSet(model, version) : model;
  const wanted = { width: WIDTH, normalised: false };
  const mean = await run(encoderGraph(old, { ...wanted, pooling: 'mean' }));
  expect(mean).toEqual(near(MEANS));
  const first = await run(encoderGraph(old, { ...wanted, pooling: 'cls' }));
  expect(first).toEqual(near([TABLE[0]!, TABLE[1]!]));
  const scaled = await run(encoderGraph(old, { width: WIDTH, normalised: true, pooling: 'mean' }));
  expect(scaled).toEqual(near(MEANS.map(unit)));
});

test('rows that a graph pools itself are taken as they are', async () => {
  const wanted = { width: WIDTH, normalised: true, pooling: 'mean' } as const;
  const once = encoderGraph(encoder('sentence_embedding'), wanted);
  expect(await run(once)).toEqual(
    near([
      [5, 4, 8],
      [1, 12, 8],
    ]),
  );
  expect(encoderGraph(once, wanted)).toBe(once);
});

test('a graph that knows no types gets none', async () => {
  const model = encoderGraph(encoder('last_hidden_state', false), { width: WIDTH, normalised: false, pooling: 'mean' });
  expect(await run(model)).toEqual(near(MEANS));
});

test('other outputs, another width and what is no graph are refused', () => {
  const wanted = { width: WIDTH, normalised: true, pooling: 'mean' } as const;
  expect(() => encoderGraph(encoder('logits'), wanted)).toThrow(expect.objectContaining({ code: 'not_supported' }));
  expect(() => encoderGraph(encoder('last_hidden_state'), { ...wanted, width: 4 })).toThrow('has 3 features');
  for (const bytes of [new Uint8Array(0), Uint8Array.of(255, 255, 255)])
    expect(() => encoderGraph(bytes, wanted)).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
});
