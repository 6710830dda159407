import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from '@jest/globals';
import { sha256Hex, type InferenceInput, type Tensor } from '@llmchain/protocol';
import { taskVersion } from '../../../test/support/task-model';
import { requestOf, testGateway } from '../../../test/support/worker-requests';
import { clearFolder } from '../files/model-files';
import { importSklearn } from '../models/import-sklearn';
import { elementsIn } from '../models/task/tensor-graph';
import { TaskModel } from '../models/task/task-model';
import { conclude } from '../receipts/conclude';
import { checkOpening } from './opening-check';
import type { Reason } from './finding';

const TINY = path.join(__dirname, '../../fixtures/sklearn/tiny');
const guild = testGateway('guild', 'GuildMSP');
const SIGNER = { worker: 'compute-worker-1', producer: 'ComputeMSP', secretKey: new Uint8Array(32).fill(7) };
const INPUT = { kind: 'texts', texts: ['a silly goose', 'my kind neighbour'] } satisfies InferenceInput;

let home: string;
let model: TaskModel;

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'rerun-scores-'));
  const folder = path.join(home, 'tiny');
  const imported = await importSklearn(TINY, folder, 'silliness');
  model = await TaskModel.load(clearFolder(folder), await taskVersion(folder, imported), {
    provider: 'cpu',
    threads: 1,
  });
});
afterAll(async () => {
  await model.close();
  await rm(home, { recursive: true });
});

/** What a rival finds in a receipt for what `outputs` makes of the honest scores. */
async function judged(lie: { outputs?: (honest: Tensor[]) => Tensor[]; units?: number }): Promise<Reason | undefined> {
  const { ticket, input, inputSalt } = requestOf(guild, INPUT);
  const prepared = model.prepare(input);
  const honest = await model.compute(prepared);
  const { receipt, opening } = conclude(
    {
      ...{ ticket, input, inputSalt, tokens: [], outputSalt: sha256Hex('salt'), stop: 'stop', started: 1, ended: 2 },
      ...{ outputs: lie.outputs?.(honest) ?? honest, promptTokens: lie.units ?? prepared.units },
    },
    model,
    { provider: 'cpu', runtime: 'test' },
    SIGNER,
  );
  return (await checkOpening(model, receipt.body, opening))?.reason;
}

const each =
  (change: (value: number, index: number) => number) =>
  ([first]: Tensor[]): Tensor[] => {
    const changed = (elementsIn(first!.data, 'FP32') as Float32Array).map(change);
    return [{ ...first!, data: Buffer.from(changed.buffer).toString('base64') }];
  };

test('honest scores are accepted, also where their last bits are another machine’s', async () => {
  expect(await judged({})).toBeUndefined();
  expect(await judged({ outputs: each((value) => value * (1 + 2 ** -22)) })).toBeUndefined();
});

test.each<[string, Parameters<typeof judged>[0], Reason]>([
  [
    'a score that was lowered a little',
    { outputs: each((value, at) => (at === 0 ? value - 1e-3 : value)) },
    'output_mismatch',
  ],
  ['a score of its own choice', { outputs: each(() => 0.1) }, 'output_mismatch'],
  ['the scores of the other text', { outputs: each((_, at) => 1 - at) }, 'output_mismatch'],
  ['what is no number', { outputs: each(() => Number.NaN) }, 'output_mismatch'],
  ['more words than the texts have', { units: 99 }, 'tokens_mismatch'],
])('%s is found', async (_what, lie, reason) => {
  expect(await judged(lie)).toBe(reason);
});
