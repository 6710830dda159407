import { cp, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from '@jest/globals';
import { taskVersion } from '../../../test/support/task-model';
import { clearFolder } from '../files/model-files';
import { importBert } from './import-bert';
import { elementsIn } from './task/tensor-graph';
import { TaskModel } from './task/task-model';

const TINY = path.join(__dirname, '../../fixtures/bert/tiny');
const CPU = { provider: 'cpu', threads: 1 } as const;

interface Expected {
  text: string;
  ids: number[];
  embedding: number[];
}

let home: string;
let expected: Expected[];
let model: TaskModel;

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'import-bert-'));
  expected = JSON.parse(await readFile(path.join(TINY, 'expected.json'), 'utf8')) as Expected[];
  const folder = path.join(home, 'tiny');
  const imported = await importBert(TINY, folder);
  expect(imported).toMatchObject({ task: 'embedding', contextTokens: 48 });
  model = await TaskModel.load(clearFolder(folder), await taskVersion(folder, imported), CPU);
});
afterAll(async () => {
  await model.close();
  await rm(home, { recursive: true });
});

async function embed(texts: string[]): Promise<{ units: number; rows: number[][] }> {
  const prepared = model.prepare({ kind: 'texts', texts });
  const [output] = await model.compute(prepared);
  expect(output).toMatchObject({ name: 'sentence_embedding', datatype: 'FP32', shape: [texts.length, 32] });
  const all = Array.from(elementsIn(output!.data, 'FP32') as Float32Array);
  return { units: prepared.units, rows: texts.map((_, row) => all.slice(row * 32, (row + 1) * 32)) };
}

test('vectors are those of sentence-transformers, alone and among others', async () => {
  const together = await embed(expected.map(({ text }) => text));
  expect(together.units).toBe(expected.reduce((sum, { ids }) => sum + ids.length, 0));
  for (const [index, { text, ids, embedding }] of expected.entries()) {
    const alone = await embed([text]);
    expect(alone.units).toBe(ids.length);
    for (const rows of [alone.rows[0]!, together.rows[index]!]) {
      const off = Math.max(...rows.map((value, at) => Math.abs(value - embedding[at]!)));
      expect([text, off < 2e-6]).toEqual([text, true]);
    }
  }
});

test.each<[string, Parameters<TaskModel['prepare']>[0], string]>([
  ['a text longer than the context', { kind: 'texts', texts: ['sea', 'a '.repeat(60)] }, 'invalid_argument'],
  ['a text of a million spaces', { kind: 'texts', texts: [' '.repeat(1_000_000)] }, 'invalid_argument'],
  [
    'more tokens than a request may hold',
    { kind: 'texts', texts: Array.from({ length: 2_048 }, () => 'a '.repeat(40)) },
    'too_large',
  ],
  ['another kind of input', { kind: 'completion', prompt: 'sea' }, 'invalid_argument'],
])('%s is refused before it is computed', (_what, input, code) => {
  expect(() => model.prepare(input)).toThrow(expect.objectContaining({ code }));
});

test.each<[string, (folder: string) => Promise<void>, string]>([
  ['cut short', (folder) => truncate(path.join(folder, 'model.safetensors'), 5_000), 'invalid_argument'],
  [
    'of no header',
    (folder) => writeFile(path.join(folder, 'model.safetensors'), Buffer.alloc(64, 255)),
    'invalid_argument',
  ],
  ['of another architecture', (folder) => change(folder, 'config.json', { model_type: 'roberta' }), 'not_supported'],
  ['of a larger shape', (folder) => change(folder, 'config.json', { hidden_size: 64 }), 'invalid_argument'],
  [
    'pooled otherwise',
    (folder) => change(folder, '1_Pooling/config.json', { pooling_mode_mean_tokens: false }),
    'not_supported',
  ],
])('a model that is %s is refused, and leaves nothing behind', async (_what, damage, code) => {
  const source = await mkdtemp(path.join(home, 'damaged-'));
  await cp(TINY, source, { recursive: true });
  await damage(source);
  const folder = path.join(source, 'made');
  await expect(importBert(source, folder)).rejects.toThrowWithCode(code);
  await expect(readFile(path.join(folder, 'config.json'))).rejects.toMatchObject({ code: 'ENOENT' });
});

async function change(folder: string, file: string, changes: object): Promise<void> {
  const json = JSON.parse(await readFile(path.join(folder, file), 'utf8')) as object;
  await writeFile(path.join(folder, file), JSON.stringify({ ...json, ...changes }));
}
