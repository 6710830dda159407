import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from '@jest/globals';
import { GraphBuilder } from '@llmchain/onnx-graph';
import {
  commitment,
  decodeJson,
  Opening,
  parseError,
  SignedReceipt,
  Tensor,
  type InferenceInput,
  type ModelVersion,
} from '@llmchain/protocol';
import { z } from 'zod';
import { taskVersion } from '../../test/support/task-model';
import { until } from '../../test/support/until';
import { anchored, judged } from '../../test/support/worker-batches';
import { WorkerBench, type WorkerClient } from '../../test/support/worker-bench';
import { filesOf } from '../../test/support/worker-model';
import { requestOf } from '../../test/support/worker-requests';
import { importBert, type ImportedTask } from './models/import-bert';
import { elementsIn } from './models/task/tensor-graph';

const TINY = path.join(__dirname, '../fixtures/bert/tiny');

jest.setTimeout(20_000);
let bench: WorkerBench;
let worker: WorkerClient;
let version: ModelVersion;

beforeAll(async () => {
  bench = await WorkerBench.start();
  const folder = path.join(bench.home, 'vectors');
  version = await taskVersion(folder, await importBert(TINY, folder), { model: 'vectors' });
  const risks = path.join(bench.home, 'risk');
  const risk = await taskVersion(risks, await riskModel(risks), { model: 'risk' });
  for (const [files, each] of [
    [folder, version],
    [risks, risk],
  ] as const) {
    for (const content of await filesOf(files, each)) bench.members.lab.peer.add(content);
    bench.approve(each);
  }
  await bench.startWorker('compute', ['serve']);
  await bench.startWorker('archive', ['verify']);
  worker = bench.client('guild', 'compute');
  await until(async () => ((await ask({ kind: 'texts', texts: ['sea'] })).code === undefined ? true : undefined));
  await until(async () => ((await askRisk([1, 2])).code === undefined ? true : undefined));
  const own = bench.client('compute', 'compute');
  for (const { opening } of await own.pending())
    await own.call('acknowledgeReceipts', { ids: [decodeJson(Opening, opening).receipt] });
});
afterAll(() => bench.stop());

/** Sigmoid of x₀ − x₁, for every row. */
async function riskModel(folder: string): Promise<ImportedTask> {
  const graph = new GraphBuilder('risk');
  const rows = graph.input('x', 'float32', ['B', 2]);
  const weights = graph.initialiser('weights', 'float32', [2, 1], Float32Array.of(1, -1));
  graph.output('probability', graph.map('Sigmoid', graph.matmul(rows, weights)));
  await mkdir(path.join(folder, 'onnx'), { recursive: true });
  await writeFile(path.join(folder, 'onnx/model.onnx'), graph.bytes());
  const signature = {
    inputs: [{ name: 'x', datatype: 'FP32' as const, shape: [-1, 2] }],
    outputs: [{ name: 'probability', datatype: 'FP32' as const, shape: [-1, 1] }],
  };
  return { task: 'tensor', signature, contextTokens: 1 };
}

function rowsOf(...numbers: number[]): Tensor {
  const data = Buffer.from(Float32Array.from(numbers).buffer).toString('base64');
  return { name: 'x', datatype: 'FP32', shape: [numbers.length / 2, 2], data };
}

function tensors(changes: Partial<Tensor>): InferenceInput {
  return { kind: 'tensors', tensors: [{ ...rowsOf(1, 2), ...changes }] };
}

function askRisk(numbers: number[]) {
  return ask({ kind: 'tensors', tensors: [rowsOf(...numbers)] }, { model: 'risk' });
}

/** What a worker answers: tensors with the receipt that commits to them, or the code of its refusal. */
async function ask(input: InferenceInput, changes: object = {}) {
  const asked = requestOf(bench.members.guild.gateway, input, { model: 'vectors', maxTokens: 1, ...changes });
  const [first, last] = await worker.generate(asked.wire);
  if (first?.event === 'outputs' && last?.event === 'finished') {
    const outputs = decodeJson(z.array(Tensor), first.outputs.tensors);
    const receipt = decodeJson(SignedReceipt, last.finished.receipt);
    expect(commitment(outputs, first.outputs.salt)).toBe(receipt.body.output);
    return { outputs, receipt };
  }
  expect(last).toBeUndefined();
  return { code: first?.event === 'failure' ? parseError(first.failure)?.code : 'nothing' };
}

test('texts become the vectors of the original, receipted by tokens, and a rival that computes them again accepts', async () => {
  const expected = JSON.parse(await readFile(path.join(TINY, 'expected.json'), 'utf8')) as {
    text: string;
    ids: number[];
    embedding: number[];
  }[];
  const { outputs, receipt } = await ask({ kind: 'texts', texts: expected.map(({ text }) => text) });
  const vectors = elementsIn(outputs![0]!.data, 'FP32') as Float32Array;
  const off = expected.flatMap(({ embedding }) => embedding).map((value, at) => Math.abs(value - vectors[at]!));
  expect(Math.max(...off)).toBeLessThan(2e-6);
  const tokens = expected.reduce((sum, { ids }) => sum + ids.length, 0);
  expect(receipt!.body).toMatchObject({ promptTokens: tokens, completionTokens: 0, stop: 'stop' });
  expect(receipt!.body.amount).toBe(100 + 2 * tokens);
  expect(await judged(bench, await anchored(bench, 1, { model: 'vectors' }))).toMatchObject({ verdict: 'accept' });
});

test('a producer whose opening holds another input is rejected', async () => {
  await ask({ kind: 'texts', texts: ['sea'] });
  const batch = await anchored(bench, 2, {
    model: 'vectors',
    lie: (opening) => ({ ...opening, input: { kind: 'texts', texts: ['debt'] } }),
  });
  expect(await judged(bench, batch)).toMatchObject({ verdict: 'reject', reason: 'commitment_mismatch' });
});

test('tensors become those of the graph, receipted by elements, and a rival that computes them again accepts', async () => {
  const { outputs, receipt } = await askRisk([3, 1, 0, 0, -1, 1]);
  expect(outputs).toMatchObject([{ name: 'probability', datatype: 'FP32', shape: [3, 1] }]);
  const found = [...(elementsIn(outputs![0]!.data, 'FP32') as Float32Array)];
  for (const [row, logit] of [2, 0, -2].entries()) expect(found[row]).toBeCloseTo(1 / (1 + Math.exp(-logit)), 6);
  expect(receipt!.body).toMatchObject({ promptTokens: 6, completionTokens: 0, amount: 100 + 2 * 6 });
  expect(await judged(bench, await anchored(bench, 3, { model: 'risk' }))).toMatchObject({ verdict: 'accept' });
});

test('a diagnosis for other numbers than were sent is rejected', async () => {
  await askRisk([3, 1]);
  const tensors = [rowsOf(1, 3)];
  const batch = await anchored(bench, 4, {
    model: 'risk',
    lie: (opening) => ({ ...opening, input: { kind: 'tensors', tensors } }),
  });
  expect(await judged(bench, batch)).toMatchObject({ verdict: 'reject', reason: 'commitment_mismatch' });
});

test.each<[string, InferenceInput, object, string]>([
  ['a prompt', { kind: 'completion', prompt: 'sea' }, {}, 'invalid_argument'],
  ['an image', { kind: 'image', image: 'AAAA' }, {}, 'invalid_argument'],
  ['a text beyond the context', { kind: 'texts', texts: ['a '.repeat(60)] }, {}, 'invalid_argument'],
  ['texts where tensors are taken', { kind: 'texts', texts: ['sea'] }, { model: 'risk' }, 'invalid_argument'],
  ['no tensor of that name', tensors({ name: 'y' }), { model: 'risk' }, 'invalid_argument'],
  ['a tensor of another shape', tensors({ shape: [2, 1] }), { model: 'risk' }, 'invalid_argument'],
  [
    'a tensor that holds what is no number',
    { kind: 'tensors', tensors: [rowsOf(Number.NaN, 1)] },
    { model: 'risk' },
    'invalid_argument',
  ],
  ['tensors that the ticket does not pay for', tensors({}), { model: 'risk', maxAmount: 103 }, 'insufficient_credits'],
  [
    'texts that the ticket does not pay for',
    { kind: 'texts', texts: ['sea'] },
    { maxAmount: 101 },
    'insufficient_credits',
  ],
])('%s: refused without a receipt', async (_what, input, changes, code) => {
  expect(await ask(input, changes)).toEqual({ code });
  expect(await bench.client('compute', 'compute').pending()).toEqual([]);
});
