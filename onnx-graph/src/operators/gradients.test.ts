import { expect } from '@jest/globals';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { GraphBuilder } from '../graph/graph-builder';
import { Tape } from '../graph/tape';
import type { Value } from '../graph/value';
import { MASKED, attention } from './attention';
import { crossEntropy } from './cross-entropy';
import { embedding } from './embedding';
import { flatten, mergeHeads, splitHeads, unflatten } from './heads';
import { linear } from './linear';
import { residual } from './residual';
import { rmsNorm } from './rms-norm';
import { rotary, rotaryTable } from './rotary';
import { swiglu } from './swiglu';

/** Step of the central difference, and how far single precision may stray from it. */
const STEP = 1e-2;
const TOLERANCE = 4e-3;

type Build = (tape: Tape, inputs: readonly Value[]) => Value;

/** Numbers in [−1, 1) without a pattern that could hide a mistake. */
function scattered(length: number, salt: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => {
    const x = Math.sin((i + 1) * 12.9898 + salt * 78.233) * 43758.5453;
    return 2 * (x - Math.floor(x)) - 1;
  });
}

/** Compares the emitted gradients of Σ weight · result with central differences, element by element. */
async function expectTrueGradients(shapes: readonly (readonly number[])[], build: Build): Promise<void> {
  const tape = new Tape(new GraphBuilder('check'));
  const { graph } = tape;
  const inputs = shapes.map((shape, i) => graph.input(`x${i}`, 'float32', shape));
  const result = build(tape, inputs);
  const flat = graph.reshape(result, [-1], ['R']);
  const ramp = graph.map('Sin', graph.cast(graph.range(graph.size(flat, 0), 'R'), 'float32'));
  const loss = tape.record([result], graph.sum(graph.mul(flat, ramp), { axes: [0] }), (dLoss) => [
    graph.node(
      'Reshape',
      [graph.mul(ramp, dLoss), graph.node('Shape', [result], { shape: ['K'], type: 'int64' })],
      result,
    ),
  ]);
  graph.output('loss', loss);
  tape.gradients(loss, inputs).forEach((gradient, i) => graph.output(`d${i}`, gradient));

  const session = await InferenceSession.create(graph.bytes(), { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const data = shapes.map((shape, i) =>
    scattered(
      shape.reduce((a, b) => a * b, 1),
      i,
    ),
  );
  const run = async (values: readonly Float32Array[]): Promise<InferenceSession.OnnxValueMapType> =>
    session.run(Object.fromEntries(values.map((value, i) => [`x${i}`, new Tensor('float32', value, shapes[i])])));
  const lossAt = async (values: readonly Float32Array[]): Promise<number> =>
    Number((await run(values))['loss']!.data[0]);

  const analytic = await run(data);
  for (const [i, value] of data.entries()) {
    const emitted = analytic[`d${i}`]!.data as Float32Array;
    expect(emitted).toHaveLength(value.length);
    for (let j = 0; j < value.length; j++) {
      const moved = (by: number): Float32Array[] =>
        data.map((x, k) => (k === i ? x.map((y, l) => (l === j ? y + by : y)) : x));
      const difference = ((await lossAt(moved(STEP))) - (await lossAt(moved(-STEP)))) / (2 * STEP);
      expect(Math.abs(emitted[j]! - difference)).toBeLessThan(TOLERANCE * Math.max(1, Math.abs(difference)));
    }
  }
  await session.release();
}

/** [T, T] lower-triangular bias of a fixed length. */
function causal(graph: GraphBuilder, time: number): Value {
  const bias = Float32Array.from({ length: time * time }, (_, i) => (i % time <= Math.floor(i / time) ? 0 : MASKED));
  return graph.initialiser('bias', 'float32', [time, time], bias);
}

test.each<[string, number[][], Build]>([
  [
    'linear',
    [
      [3, 4],
      [5, 4],
    ],
    (tape, [x, w]) => linear(tape, x!, w!),
  ],
  [
    'residual',
    [
      [3, 4],
      [3, 4],
    ],
    (tape, [a, b]) => residual(tape, a!, b!),
  ],
  ['a value used twice', [[3, 4]], (tape, [a]) => residual(tape, a!, swiglu(tape, a!, a!))],
  ['rmsNorm', [[3, 6], [6]], (tape, [x, w]) => rmsNorm(tape, x!, w!, 1e-5)],
  [
    'swiglu',
    [
      [3, 4],
      [3, 4],
    ],
    (tape, [gate, up]) => swiglu(tape, gate!, up!),
  ],
  ['embedding by one-hot rows', [[5, 3]], (tape, [table]) => embedding(tape, table!, tape.graph.ints([4, 0, 4, 2]))],
  ['cross-entropy', [[4, 5]], (tape, [logits]) => crossEntropy(tape, logits!, tape.graph.ints([1, 4, 0, 1]))],
  [
    'unflatten and flatten',
    [[6, 4]],
    (tape, [x]) => {
      const dims = tape.graph.ints([2, 3, -1]);
      return flatten(tape, unflatten(tape, x!, dims), dims);
    },
  ],
  [
    'split and merge heads',
    [[2, 3, 8]],
    (tape, [x]) => mergeHeads(tape, swiglu(tape, splitHeads(tape, x!, 2, 4), splitHeads(tape, x!, 2, 4))),
  ],
  [
    'rotary',
    [[2, 3, 8]],
    (tape, [x]) => {
      const table = rotaryTable(tape.graph, { positions: 6, headSize: 4, theta: 100 });
      return rotary(tape, x!, tape.graph.ints([2]), table);
    },
  ],
  [
    'attention',
    [
      [2, 2, 3, 4],
      [2, 2, 3, 4],
      [2, 2, 3, 4],
    ],
    (tape, [q, k, v]) => attention(tape, q!, k!, v!, causal(tape.graph, 3)),
  ],
  [
    'attention with grouped queries',
    [
      [2, 4, 3, 2],
      [2, 2, 3, 2],
      [2, 2, 3, 2],
    ],
    (tape, [q, k, v]) => attention(tape, q!, k!, v!, causal(tape.graph, 3)),
  ],
])('the emitted gradient of %s is the true one', async (_, shapes, build) => {
  await expectTrueGradients(shapes, build);
});

test('the gradient of a large vocabulary adds up the rows of a repeated token', async () => {
  const tape = new Tape(new GraphBuilder('check'));
  const { graph } = tape;
  const table = graph.input('table', 'float32', [2000, 2]);
  const result = embedding(tape, table, graph.ints([1999, 7, 1999]));
  const loss = tape.record([result], graph.sum(result, { axes: [0, 1] }), () => [
    graph.initialiser('seed', 'float32', [3, 2], Float32Array.of(1, 2, 3, 4, 5, 6)),
  ]);
  graph.output('gradient', tape.gradients(loss, [table])[0]!);
  const session = await InferenceSession.create(graph.bytes(), { logSeverityLevel: 3 });
  const { gradient } = await session.run({ table: new Tensor('float32', new Float32Array(4000), [2000, 2]) });
  const rows = gradient!.data as Float32Array;
  expect([...rows.subarray(14, 16)]).toEqual([3, 4]);
  expect([...rows.subarray(3998)]).toEqual([6, 8]);
  expect(rows.reduce((sum, x) => sum + x, 0)).toBe(21);
  await session.release();
});

test('a loss that does not depend on a target has no gradient there', async () => {
  const tape = new Tape(new GraphBuilder('check'));
  const [a, b] = [tape.graph.input('a', 'float32', [2]), tape.graph.input('b', 'float32', [2])];
  const loss = residual(tape, a, a);
  await expect(() => tape.gradients(loss, [b])).toThrowWithCode('invalid_argument');
});
