import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from '@jest/globals';
import { GraphBuilder } from '@llmchain/onnx-graph';
import { taskVersion } from '../../../test/support/task-model';
import { clearFolder } from '../files/model-files';
import { importImage } from './import-image';
import { elementsIn } from './task/tensor-graph';
import { TaskModel } from './task/task-model';

const CPU = { provider: 'cpu', threads: 1 } as const;
const WEIGHTS = [0.02, -0.01, 0.005, 0.001, -0.015, 0.02];

/** A classifier of 8 × 8 pixels as Caffe's models take them: a linear map of the mean of each channel. */
function classifier({ side = 8, channels = 3, classes = 2 } = {}): Uint8Array {
  const graph = new GraphBuilder('images');
  const pixels = graph.input('input:0', 'float32', ['N', side, side, channels]);
  const weights = Float32Array.from({ length: channels * classes }, (_, at) => WEIGHTS[at % WEIGHTS.length]!);
  const matrix = graph.initialiser('weights', 'float32', [channels, classes], weights);
  const logits = graph.matmul(graph.mean(pixels, { axes: [1, 2] }), matrix);
  graph.output('outputs', graph.map('Softmax', logits, { axis: -1 }));
  return graph.bytes();
}

/** The same by hand, from the means of red, green and blue. */
function expected([red, green, blue]: readonly [number, number, number]): number {
  const bgr = [blue - 104, green - 117, red - 123];
  const [first, second] = [0, 1].map((kind) =>
    bgr.reduce((sum, value, at) => sum + value * WEIGHTS[at * 2 + kind]!, 0),
  );
  return 1 / (1 + Math.exp(first! - second!));
}

let home: string;
let model: TaskModel;

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'import-image-'));
  const file = path.join(home, 'tiny.onnx');
  await writeFile(file, classifier());
  const imported = await importImage(file, path.join(home, 'tiny'), 'blueness');
  expect(imported).toEqual({
    task: 'image_classification',
    contextTokens: 1,
    signature: {
      inputs: [{ name: 'image', datatype: 'UINT8', shape: [-1, 8, 8, 3] }],
      outputs: [{ name: 'scores', datatype: 'FP32', shape: [-1, 1] }],
      labels: ['blueness'],
    },
  });
  model = await TaskModel.load(
    clearFolder(path.join(home, 'tiny')),
    await taskVersion(path.join(home, 'tiny'), imported),
    CPU,
  );
});
afterAll(async () => {
  await model.close();
  await rm(home, { recursive: true });
});

const image = (pixels: Uint8Array) => ({ kind: 'image' as const, image: Buffer.from(pixels).toString('base64') });

test.each<[readonly [number, number, number]]>([[[255, 0, 0]], [[0, 0, 255]], [[12, 200, 90]], [[0, 0, 0]]])(
  'pixels of %p become blue, green and red less their means, in the graph',
  async (rgb) => {
    const prepared = model.prepare(image(Uint8Array.from({ length: 192 }, (_, at) => rgb[at % 3]!)));
    expect(prepared.units).toBe(1);
    const [output] = await model.compute(prepared);
    expect(output).toMatchObject({ name: 'scores', shape: [1, 1] });
    const [score] = elementsIn(output!.data, 'FP32') as Float32Array;
    expect(Math.abs(score! - expected(rgb))).toBeLessThan(1e-5);
  },
);

test.each<[string, Parameters<TaskModel['prepare']>[0]]>([
  ['pixels of another size', image(new Uint8Array(191))],
  ['a text', { kind: 'texts', texts: ['sea'] }],
  ['a prompt', { kind: 'completion', prompt: 'sea' }],
])('%s: refused before it is computed', (_what, input) => {
  expect(() => model.prepare(input)).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
});

test.each<[string, Uint8Array, string]>([
  ['no graph', Buffer.from('sea'), 'invalid_argument'],
  ['cut short', classifier().subarray(0, 200), 'invalid_argument'],
  ['one of four channels', classifier({ channels: 4 }), 'not_supported'],
  ['one of three classes', classifier({ classes: 3 }), 'not_supported'],
  ['one of very many pixels', classifier({ side: 2_048 }), 'not_supported'],
])('a file that is %s is refused, and leaves nothing behind', async (_what, bytes, code) => {
  const file = path.join(home, 'wrong.onnx');
  await writeFile(file, bytes);
  const folder = path.join(home, 'wrong');
  await expect(importImage(file, folder, 'blueness')).rejects.toThrowWithCode(code);
  await expect(readFile(path.join(folder, 'onnx/model.onnx'))).rejects.toMatchObject({ code: 'ENOENT' });
});
