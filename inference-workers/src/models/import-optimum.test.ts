import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from '@jest/globals';
import type { ModelVersion } from '@llmchain/protocol';
import { optimumEncoder, type Peculiarities } from '../../../test/support/optimum-encoder';
import { taskVersion } from '../../../test/support/task-model';
import { clearFolder } from '../files/model-files';
import { importBert, type ImportedTask } from './import-bert';
import { importOptimum } from './import-optimum';
import { elementsIn } from './task/tensor-graph';
import { TaskModel } from './task/task-model';

const TINY = path.join(__dirname, '../../fixtures/bert/tiny');
/** `fixtures/optimum/make_encoder.py` says how it was made. */
const REAL = path.join(__dirname, '../../fixtures/optimum/bert');
const CPU = { provider: 'cpu', threads: 1 } as const;
const WIDTH = 32;
const TEXTS = ["Shall I compare thee to a summer's day?", 'sea', 'A loan was refused because the debt was too high.'];
const POOLING = '1_Pooling/config.json';

let home: string;
let upstream: string;
beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'import-optimum-'));
  upstream = await exported();
});
afterAll(() => rm(home, { recursive: true }));

/** A folder as `optimum-cli export onnx` leaves it, with sentence-transformers' files beside the graph. */
async function exported(peculiarities: Peculiarities = {}): Promise<string> {
  const folder = await mkdtemp(path.join(home, 'upstream-'));
  for (const file of ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'modules.json', POOLING])
    await cp(path.join(TINY, file), path.join(folder, file));
  await writeFile(path.join(folder, 'model.onnx'), await optimumEncoder(TINY, peculiarities));
  return folder;
}

/** A copy of the upstream's folder in which something is otherwise. */
async function changed(act: (folder: string) => Promise<void>): Promise<string> {
  const folder = await mkdtemp(path.join(home, 'changed-'));
  await cp(upstream, folder, { recursive: true });
  await act(folder);
  return folder;
}

async function change(folder: string, file: string, changes: object): Promise<void> {
  const json = JSON.parse(await readFile(path.join(folder, file), 'utf8')) as object;
  await writeFile(path.join(folder, file), JSON.stringify({ ...json, ...changes }));
}

const importedFrom = (source: string): string => `${source}-imported`;

async function imported(source: string): Promise<{ folder: string; said: ImportedTask }> {
  const folder = importedFrom(source);
  return { folder, said: await importOptimum(source, folder) };
}

async function loaded(folder: string, said: ImportedTask, changes: Partial<ModelVersion> = {}): Promise<TaskModel> {
  return TaskModel.load(clearFolder(folder), await taskVersion(folder, said, changes), CPU);
}

/** One row for each text. */
async function vectors(folder: string, said: ImportedTask, texts = TEXTS): Promise<Float32Array[]> {
  const model = await loaded(folder, said);
  try {
    const [output] = await model.compute(model.prepare({ kind: 'texts', texts }));
    expect(output).toMatchObject({ name: 'sentence_embedding', datatype: 'FP32', shape: [texts.length, WIDTH] });
    const all = elementsIn(output!.data, 'FP32') as Float32Array;
    return texts.map((_, row) => all.slice(row * WIDTH, (row + 1) * WIDTH));
  } finally {
    await model.close();
  }
}

const length = (row: Float32Array): number => Math.hypot(...row);
const distance = (a: Float32Array, b: Float32Array): number => Math.max(...a.map((x, at) => Math.abs(x - b[at]!)));

test('what Optimum exports stays byte by byte, and gives the vectors of the encoder that is written here', async () => {
  const { folder, said } = await imported(upstream);
  expect(said).toMatchObject({ task: 'embedding', contextTokens: 64 });
  const kept = [
    await readFile(path.join(folder, 'onnx/model.onnx')),
    await readFile(path.join(upstream, 'model.onnx')),
  ];
  expect(kept[0]!.equals(kept[1]!)).toBe(true);
  const own = path.join(home, 'own');
  const expected = await vectors(own, await importBert(TINY, own));
  const together = await vectors(folder, said);
  for (const [index, text] of TEXTS.entries()) {
    const [alone] = await vectors(folder, said, [text]);
    expect(distance(together[index]!, expected[index]!)).toBeLessThan(2e-6);
    expect(distance(alone!, expected[index]!)).toBeLessThan(2e-6);
  }
});

test('what Optimum 2.1.0 has exported gives the vectors of the encoder that is written here', async () => {
  const source = await mkdtemp(path.join(home, 'real-'));
  await cp(REAL, source, { recursive: true });
  for (const file of ['modules.json', POOLING]) await cp(path.join(TINY, file), path.join(source, file));
  const { folder, said } = await imported(source);
  const own = path.join(home, 'own-of-real');
  const expected = await vectors(own, await importBert(TINY, own));
  const actual = await vectors(folder, said);
  for (const index of TEXTS.keys()) expect(distance(actual[index]!, expected[index]!)).toBeLessThan(2e-6);
});

const byFirst = (folder: string): Promise<void> =>
  change(folder, POOLING, { pooling_mode_mean_tokens: false, pooling_mode_cls_token: true });

test('the first token’s states are taken, and lengths left as they are, where the folder says so', async () => {
  const first = await changed(byFirst);
  const plain = await changed(async (folder) => {
    const modules = JSON.parse(await readFile(path.join(folder, 'modules.json'), 'utf8')) as object[];
    await writeFile(path.join(folder, 'modules.json'), JSON.stringify(modules.slice(0, 2)));
  });
  const silent = await changed((folder) => rm(path.join(folder, 'modules.json')));
  const of = async (source: string): Promise<Float32Array[]> => {
    const { folder, said } = await imported(source);
    return vectors(folder, said);
  };
  const [mean, cls, unscaled, usual] = [
    await of(await changed(() => Promise.resolve())),
    await of(first),
    await of(plain),
    await of(silent),
  ];
  expect(usual).toEqual(mean);
  for (const [index, row] of mean.entries()) {
    expect(length(row)).toBeCloseTo(1, 5);
    expect(length(cls[index]!)).toBeCloseTo(1, 5);
    expect(distance(cls[index]!, row)).toBeGreaterThan(0.01);
    const scale = length(unscaled[index]!);
    expect(Math.abs(scale - 1)).toBeGreaterThan(0.01);
    expect(
      distance(
        unscaled[index]!.map((x) => x / scale),
        row,
      ),
    ).toBeLessThan(2e-6);
  }
});

test('with the first token’s states the padding of others changes nothing', async () => {
  const source = await changed(byFirst);
  const { folder, said } = await imported(source);
  const together = await vectors(folder, said);
  const [alone] = await vectors(folder, said, [TEXTS[1]!]);
  expect(distance(alone!, together[1]!)).toBeLessThan(2e-6);
});

test.each<[string, (folder: string) => Promise<void>, string]>([
  ['without a tokenizer', (folder) => rm(path.join(folder, 'tokenizer.json')), 'invalid_argument'],
  ['without a graph', (folder) => rm(path.join(folder, 'model.onnx')), 'invalid_argument'],
  ['whose graph is none', (folder) => writeFile(path.join(folder, 'model.onnx'), 'sea'), 'invalid_argument'],
  ['of another width', (folder) => change(folder, 'config.json', { hidden_size: 64 }), 'not_supported'],
  ['of another architecture', (folder) => change(folder, 'config.json', { model_type: 'roberta' }), 'not_supported'],
  ['pooled by two modes', (folder) => change(folder, POOLING, { pooling_mode_cls_token: true }), 'not_supported'],
  ['pooled by the largest', (folder) => change(folder, POOLING, { pooling_mode_mean_tokens: false }), 'not_supported'],
  [
    'whose steps lie elsewhere',
    (folder) =>
      writeFile(
        path.join(folder, 'modules.json'),
        JSON.stringify([
          { path: '', type: 'Transformer' },
          { path: '../..', type: 'Pooling' },
        ]),
      ),
    'invalid_argument',
  ],
])('a folder %s is refused, and leaves nothing behind', async (_what, damage, code) => {
  const source = await changed(damage);
  await expect(imported(source)).rejects.toThrowWithCode(code);
  await expect(readFile(path.join(importedFrom(source), 'config.json'))).rejects.toMatchObject({ code: 'ENOENT' });
});

test('hidden states by another name are refused with what to do', async () => {
  await expect(imported(await exported({ hidden: 'logits' }))).rejects.toThrow('Export it for feature extraction.');
});

test('a worker refuses a version that does not fit its files', async () => {
  const { folder, said } = await imported(await changed(() => Promise.resolve()));
  const [output] = said.signature.outputs;
  const wide = { ...said.signature, outputs: [{ ...output!, shape: [-1, 16] }] };
  await expect(loaded(folder, said, { signature: wide })).rejects.toThrowWithCode('not_supported');
  await expect(loaded(folder, said, { contextTokens: 65 })).rejects.toThrowWithCode('not_supported');
  const { files } = await taskVersion(folder, said);
  for (const missing of ['tokenizer.json', 'config.json', POOLING]) {
    const others = files.filter((file) => file.path !== missing);
    await expect(loaded(folder, said, { files: others })).rejects.toThrowWithCode('not_supported');
  }
  const more = path.join(home, 'more');
  await mkdir(more);
  await cp(folder, more, { recursive: true });
  await writeFile(path.join(more, 'onnx/model.onnx'), await optimumEncoder(TINY, { extra: true }));
  await expect(loaded(more, said)).rejects.toThrow('extra');
});
