import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from '@jest/globals';
import { receiptId, sha256Hex, type InferenceInput, type Opening, type Receipt, type Tensor } from '@llmchain/protocol';
import { taskVersion } from '../../../test/support/task-model';
import { requestOf, testGateway } from '../../../test/support/worker-requests';
import { clearFolder } from '../files/model-files';
import { importBert, type ImportedTask } from '../models/import-bert';
import { elementsIn } from '../models/task/tensor-graph';
import { TaskModel } from '../models/task/task-model';
import { conclude, type Concluded } from '../receipts/conclude';
import { checkOpening } from './opening-check';
import type { Reason } from './finding';

const TINY = path.join(__dirname, '../../fixtures/bert/tiny');
const CPU = { provider: 'cpu', threads: 1 } as const;
const guild = testGateway('guild', 'GuildMSP');
const SIGNER = { worker: 'compute-worker-1', producer: 'ComputeMSP', secretKey: new Uint8Array(32).fill(7) };
const INPUT = { kind: 'texts', texts: ['the sea', "a summer's day"] } satisfies InferenceInput;

let home: string;
let imported: ImportedTask;
let model: TaskModel;

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'rerun-'));
  const folder = path.join(home, 'tiny');
  imported = await importBert(TINY, folder);
  model = await TaskModel.load(clearFolder(folder), await taskVersion(folder, imported), CPU);
});
afterAll(async () => {
  await model.close();
  await rm(home, { recursive: true });
});

/** What a worker may do otherwise than it should. */
interface Lie {
  /** What is computed instead of the input. */
  computed?: InferenceInput;
  outputs?: (honest: Tensor[]) => Tensor[];
  units?: number;
  opening?: (honest: Opening) => Opening;
  receipt?: (honest: Receipt) => Receipt;
}

async function answered(lie: Lie): Promise<Concluded> {
  const { ticket, input, inputSalt } = requestOf(guild, INPUT);
  const honest = await model.compute(model.prepare(lie.computed ?? input));
  const concluded = conclude(
    {
      ...{ ticket, input, inputSalt, tokens: [], outputSalt: sha256Hex('salt'), stop: 'stop', started: 1, ended: 2 },
      outputs: lie.outputs?.(honest) ?? honest,
      promptTokens: lie.units ?? model.prepare(input).units,
    },
    model,
    { provider: 'cpu', runtime: 'test' },
    SIGNER,
  );
  return { ...concluded, opening: lie.opening?.(concluded.opening) ?? concluded.opening };
}

async function judged(lie: Lie): Promise<Reason | undefined> {
  const { receipt, opening } = await answered(lie);
  const finding = await checkOpening(model, receipt.body, opening);
  if (finding) expect(finding.receipt).toBe(receiptId(receipt.body));
  return finding?.reason;
}

/** A change of every element of the first output. */
const each =
  (change: (value: number, index: number) => number) =>
  ([first, ...others]: Tensor[]): Tensor[] => {
    const changed = (elementsIn(first!.data, 'FP32') as Float32Array).map(change);
    return [{ ...first!, data: Buffer.from(changed.buffer).toString('base64') }, ...others];
  };

/** A number with eleven bits of its fraction, as half precision has them. */
const half = (value: number): number => {
  const scale = 2 ** (10 - Math.floor(Math.log2(Math.abs(value) || 1)));
  return Math.round(value * scale) / scale;
};

test('an honest answer is accepted, with other threads, and as one of a batch', async () => {
  expect(await judged({})).toBeUndefined();
  const rounding = each((value, index) => value + (index % 2 ? 1 : -1) * 2 ** -24);
  expect(await judged({ outputs: rounding })).toBeUndefined();
});

test.each<[string, Lie, Reason]>([
  [
    'an element that was changed',
    { outputs: each((value, at) => (at === 5 ? value + 1e-3 : value)) },
    'output_mismatch',
  ],
  ['outputs in half precision', { outputs: each(half) }, 'output_mismatch'],
  ['outputs of another input', { computed: { kind: 'texts', texts: ['the debt', 'a loan'] } }, 'output_mismatch'],
  ['outputs in another order', { computed: { kind: 'texts', texts: [...INPUT.texts].reverse() } }, 'output_mismatch'],
  ['too few rows', { computed: { kind: 'texts', texts: ['the sea'] } }, 'output_mismatch'],
  ['another shape', { outputs: ([first]) => [{ ...first!, shape: [32, 2] }] }, 'output_mismatch'],
  ['another name', { outputs: ([first]) => [{ ...first!, name: 'other' }] }, 'output_mismatch'],
  ['what is not a number', { outputs: each(() => Number.NaN) }, 'output_mismatch'],
  ['an output more', { outputs: ([first]) => [first!, first!] }, 'output_mismatch'],
  ['more units than the input holds', { units: 99 }, 'tokens_mismatch'],
  ['an input that the ticket does not commit to', { opening: withInput }, 'commitment_mismatch'],
  ['outputs that the receipt does not commit to', { opening: withoutOutputs }, 'commitment_mismatch'],
])('%s is found', async (_what, lie, reason) => {
  expect(await judged(lie)).toBe(reason);
});

test('a model whose weights were rounded is found', async () => {
  const { float32 } = (await import('@llmchain/onnx-graph')).SafetensorsFile.prototype;
  const spy = jest
    .spyOn((await import('@llmchain/onnx-graph')).SafetensorsFile.prototype, 'float32')
    .mockImplementation(function (this: unknown, name) {
      return float32.call(this as never, name).map(half);
    });
  const folder = path.join(home, 'rounded');
  await importBert(TINY, folder).finally(() => spy.mockRestore());
  const cheap = await TaskModel.load(clearFolder(folder), await taskVersion(folder, imported), CPU);
  const outputs = await cheap.compute(cheap.prepare(INPUT));
  expect(await judged({ outputs: () => outputs })).toBe('output_mismatch');
  await cheap.close();
});

function withInput(opening: Opening): Opening {
  return { ...opening, input: { kind: 'texts', texts: ['the sea'] } };
}

function withoutOutputs({ outputs: _, ...opening }: Opening): Opening {
  return opening;
}
