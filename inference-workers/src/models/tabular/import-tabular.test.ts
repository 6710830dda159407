import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from '@jest/globals';
import { taskVersion } from '../../../../test/support/task-model';
import { clearFolder } from '../../files/model-files';
import { elementsIn } from '../task/tensor-graph';
import { TaskModel } from '../task/task-model';
import { readDataSet } from './data-set';
import { importTabular } from './import-tabular';
import { fitted, probability, quality } from './logistic';

const HEADER = '"","dir","hir","lvr","ccs","mcs","pbcr","dmi","self","single","uria","comdominiom","black","deny"';

let home: string;
beforeAll(async () => (home = await mkdtemp(path.join(tmpdir(), 'import-tabular-'))));
afterAll(() => rm(home, { recursive: true }));

/** Applications of which those with large debts are denied, but for some. */
function applications(count: number): string {
  const rows = Array.from({ length: count }, (_, at) => {
    const debt = ((at * 37) % 100) / 100;
    const denied = debt > 0.6 !== (at % 17 === 0);
    return `"${at}",${debt},0.2,0.8,${1 + (at % 6)},2,"no","no","${at % 9 === 0 ? 'yes' : 'no'}","yes",3.2,0,"${at % 2 ? 'yes' : 'no'}","${denied ? 'yes' : 'no'}"`;
  });
  return [HEADER, ...rows, '"x",NA,0.2,0.8,1,2,"no","no","no","yes",3.2,0,"no","no"', ''].join('\n');
}

async function table(content: string): Promise<string> {
  const file = path.join(await mkdtemp(path.join(home, 'table-')), 'table.csv');
  await writeFile(file, content);
  return file;
}

test('the protected column and rows with gaps never reach the model', () => {
  const data = readDataSet(applications(100));
  expect(data.columns).not.toContain('black');
  expect(data.rows).toHaveLength(100);
  const flipped = applications(100).replaceAll(/,"(?:yes|no)","(yes|no)"$/gm, ',"yes","$1"');
  expect(flipped).not.toBe(applications(100));
  expect(readDataSet(flipped).rows).toEqual(data.rows);
});

test('a trained folder computes what was fitted, tells its quality on rows that it never saw, and is the same again', async () => {
  const file = await table(applications(400));
  const [folder, other] = [path.join(home, 'mortgage'), path.join(home, 'again')];
  const imported = await importTabular(file, folder);
  expect(imported).toMatchObject({ task: 'tensor', signature: { labels: ['denied'] }, heldOut: { rows: 100 } });
  expect(imported.heldOut.accuracy).toBeGreaterThan(imported.heldOut.baseline);
  expect(imported.heldOut.auc).toBeGreaterThan(0.85);
  const card = await readFile(path.join(folder, 'README.md'), 'utf8');
  expect(card).toContain(`accuracy ${(100 * imported.heldOut.accuracy).toFixed(1)} %`);
  expect(card).toContain('Not for decisions on people');
  await importTabular(file, other);
  const graphs = await Promise.all([folder, other].map((each) => readFile(path.join(each, 'onnx/model.onnx'))));
  expect(graphs[0]!.equals(graphs[1]!)).toBe(true);

  const { heldOut: _, ...task } = imported;
  const model = await TaskModel.load(clearFolder(folder), await taskVersion(folder, task), {
    provider: 'cpu',
    threads: 1,
  });
  const { rows } = readDataSet(await readFile(file, 'utf8'));
  const data = Buffer.from(Float32Array.from(rows.flat()).buffer).toString('base64');
  const shape = [rows.length, rows[0]!.length];
  const prepared = model.prepare({ kind: 'tensors', tensors: [{ name: 'features', datatype: 'FP32', shape, data }] });
  const [output] = await model.compute(prepared);
  await model.close();
  expect(prepared.units).toBe(rows.flat().length);
  const found = elementsIn(output!.data, 'FP32') as Float32Array;
  const denied = readDataSet(await readFile(file, 'utf8')).classes;
  expect(quality([...found], denied).auc).toBeGreaterThan(0.85);
});

test('Newton’s method ends where the gradient is nothing', () => {
  const rows = Array.from({ length: 60 }, (_, at) => [at % 7, (at * 5) % 11, 3]);
  const classes = rows.map(([a, b], at): 0 | 1 => (a! + b! > 8 !== (at % 5 === 0) ? 1 : 0));
  const model = fitted({ rows, classes });
  const errors = rows.map((row, at) => probability(model, row) - classes[at]!);
  expect(Math.abs(errors.reduce((sum, error) => sum + error, 0))).toBeLessThan(1e-8);
  for (const column of [0, 1, 2]) {
    const standard = rows.map((row) => (row[column]! - model.means[column]!) / model.deviations[column]!);
    const slope = errors.reduce((sum, error, at) => sum + error * standard[at]!, model.weights[column]!);
    expect(Math.abs(slope)).toBeLessThan(1e-8);
  }
  expect(model.weights[2]).toBe(0);
});

test('accuracy and area under the curve are what they are by hand', () => {
  expect(quality([0.9, 0.4, 0.6, 0.1], [1, 1, 0, 0])).toEqual({ accuracy: 0.5, auc: 0.75 });
  expect(quality([0.5, 0.5], [1, 0])).toEqual({ accuracy: 0.5, auc: 0.5 });
});

test.each([
  ['another table', 'a,b\n1,2\n', 'not_supported'],
  ['nothing', '', 'not_supported'],
  ['one with a word for a number', applications(40).replace(',0.37,', ',many,'), 'invalid_argument'],
  ['one that was cut short', applications(40).slice(0, -60), 'invalid_argument'],
  ['one of a single row', applications(1), 'invalid_argument'],
])('%s is refused, and leaves nothing behind', async (_what, content, code) => {
  const file = await table(content);
  const folder = path.join(path.dirname(file), 'made');
  await expect(importTabular(file, folder)).rejects.toThrowWithCode(code);
  await expect(readFile(path.join(folder, 'README.md'))).rejects.toMatchObject({ code: 'ENOENT' });
});
