import { cp, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from '@jest/globals';
import { taskVersion } from '../../../test/support/task-model';
import { clearFolder } from '../files/model-files';
import { importSklearn } from './import-sklearn';
import { elementsIn } from './task/tensor-graph';
import { TaskModel } from './task/task-model';

const TINY = path.join(__dirname, '../../fixtures/sklearn/tiny');
const CPU = { provider: 'cpu', threads: 1 } as const;

let home: string;
let expected: { text: string; score: number }[];
let model: TaskModel;

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'import-sklearn-'));
  expected = JSON.parse(await readFile(path.join(TINY, 'expected.json'), 'utf8')) as typeof expected;
  const folder = path.join(home, 'tiny');
  const imported = await importSklearn(TINY, folder, 'silliness');
  expect(imported).toMatchObject({ task: 'text_classification', signature: { labels: ['silliness'] } });
  model = await TaskModel.load(clearFolder(folder), await taskVersion(folder, imported), CPU);
});
afterAll(async () => {
  await model.close();
  await rm(home, { recursive: true });
});

async function scores(texts: string[]): Promise<{ units: number; scores: number[] }> {
  const prepared = model.prepare({ kind: 'texts', texts });
  const [output] = await model.compute(prepared);
  expect(output).toMatchObject({ name: 'scores', datatype: 'FP32', shape: [texts.length, 1] });
  return { units: prepared.units, scores: [...(elementsIn(output!.data, 'FP32') as Float32Array)] };
}

test('scores are those of scikit-learn, alone and among others', async () => {
  const texts = expected.map(({ text }) => text);
  const together = await scores(texts);
  for (const [index, { text, score }] of expected.entries()) {
    const alone = await scores([text]);
    for (const found of [alone.scores[0]!, together.scores[index]!])
      expect([text, Math.abs(found - score) < 1e-6]).toEqual([text, true]);
  }
  expect(new Set(expected.map(({ score }) => score)).size).toBeGreaterThan(5);
});

test('what is charged are words of two characters at least, and one for a text without', async () => {
  expect((await scores(['The SEA, a see_saw', '?!', ''])).units).toBe(5);
});

test.each<[string, Parameters<TaskModel['prepare']>[0], string]>([
  ['a text of too many words', { kind: 'texts', texts: ['sea', 'sea '.repeat(8_193)] }, 'invalid_argument'],
  [
    'more words than a request may hold',
    { kind: 'texts', texts: Array.from({ length: 30 }, () => 'sea '.repeat(8_000)) },
    'too_large',
  ],
  ['another kind of input', { kind: 'completion', prompt: 'sea' }, 'invalid_argument'],
])('%s is refused before it is computed', (_what, input, code) => {
  expect(() => model.prepare(input)).toThrow(expect.objectContaining({ code }));
});

/** Changes a file's bytes: everywhere `from` is, there is `to`, of the same length. */
async function edited(file: string, from: string, to: string): Promise<void> {
  const bytes = await readFile(file, 'latin1');
  expect(bytes).toContain(from);
  await writeFile(file, bytes.replaceAll(from, to), 'latin1');
}

/** A pickle that runs a command where it is loaded as Python does. */
const SYSTEM = Buffer.from('\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x04true\x85R.', 'latin1');

test.each<[string, (folder: string) => Promise<void>, string]>([
  ['cut short', (folder) => truncate(path.join(folder, 'model.joblib'), 1_000), 'invalid_argument'],
  ['nothing', (folder) => writeFile(path.join(folder, 'model.joblib'), ''), 'invalid_argument'],
  ['of noise', (folder) => writeFile(path.join(folder, 'model.joblib'), Buffer.alloc(64, 255)), 'not_supported'],
  ['a program', (folder) => writeFile(path.join(folder, 'vectorizer.joblib'), SYSTEM), 'not_supported'],
  ['another class', (folder) => edited(path.join(folder, 'model.joblib'), 'LinearSVC', 'LinearSVR'), 'not_supported'],
  ['fitted to letters', (folder) => edited(path.join(folder, 'vectorizer.joblib'), 'word', 'char'), 'not_supported'],
  [
    'twice a classifier',
    (folder) => cp(path.join(TINY, 'model.joblib'), path.join(folder, 'vectorizer.joblib')),
    'not_supported',
  ],
])('a classifier that is %s is refused, and leaves nothing behind', async (_what, damage, code) => {
  const source = await mkdtemp(path.join(home, 'damaged-'));
  await cp(TINY, source, { recursive: true });
  await damage(source);
  const folder = path.join(source, 'made');
  await expect(importSklearn(source, folder, 'silliness')).rejects.toThrowWithCode(code);
  await expect(readFile(path.join(folder, 'vectorizer.json'))).rejects.toMatchObject({ code: 'ENOENT' });
});

test('however a file is cut or changed, it is refused or read, and never hangs', async () => {
  const whole = await readFile(path.join(TINY, 'model.joblib'));
  const source = await mkdtemp(path.join(home, 'noise-'));
  await cp(TINY, source, { recursive: true });
  for (let at = 0; at < whole.length; at += Math.ceil(whole.length / 60)) {
    const noisy = Buffer.from(whole);
    noisy[at] = noisy[at]! ^ 0xff;
    await writeFile(path.join(source, 'model.joblib'), noisy);
    const folder = path.join(source, `made-${at}`);
    const code = await importSklearn(source, folder, 'silliness').then(
      () => 'read',
      (error: unknown) => (error as { code?: string }).code,
    );
    expect(['read', 'invalid_argument', 'not_supported']).toContain(code);
  }
});
