import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { importFolder } from '../../cli/src/models/folder';
import { PACKAGED } from '../../cli/src/models/packaged-models';
import { clearFolder } from '../../inference-workers/src/files/model-files';
import { elementsIn } from '../../inference-workers/src/models/task/tensor-graph';
import { TaskModel } from '../../inference-workers/src/models/task/task-model';
import { taskVersion } from '../support/task-model';

/** Set by `./llmchain test --all`: three packages are fetched. */
const ALL = process.env.LLMCHAIN_TEST_ALL === '1';
const MINILM = join(__dirname, '../../inference-workers/fixtures/bert/minilm.json');
const Expected = z.array(z.object({ text: z.string(), ids: z.array(z.number()), embedding: z.array(z.number()) }));
const CPU = { provider: 'cpu', threads: 1 } as const;

(ALL ? describe : describe.skip)('models by name, out of packages that are checked by digest', () => {
  let home: string;
  beforeAll(() => (home = mkdtempSync(join(tmpdir(), 'llmchain-packaged-'))));
  afterAll(() => {
    rmSync(home, { recursive: true, force: true });
  });

  /** A model by its name as workers load it, and what its import says. */
  async function brought(name: string) {
    const folder = join(home, name);
    const { task, signature, contextTokens, heldOut } = (await importFolder(await PACKAGED[name]!.source(), folder, {
      weights: 'fp32',
    }))!;
    const version = await taskVersion(folder, { task: task!, signature: signature!, contextTokens });
    return { heldOut, model: await TaskModel.load(clearFolder(folder), version, CPU) };
  }

  test('MiniLM gives the tokens and the vectors of sentence-transformers', async () => {
    const { model } = await brought('minilm');
    const expected = Expected.parse(JSON.parse(readFileSync(MINILM, 'utf8')));
    const prepared = model.prepare({ kind: 'texts', texts: expected.map(({ text }) => text) });
    expect(prepared.units).toBe(expected.reduce((sum, { ids }) => sum + ids.length, 0));
    const [output] = await model.compute(prepared);
    await model.close();
    const found = elementsIn(output!.data, 'FP32') as Float32Array;
    const off = expected.flatMap(({ embedding }) => embedding).map((value, at) => Math.abs(value - found[at]!));
    expect(off).toHaveLength(found.length);
    expect(Math.max(...off)).toBeLessThan(2e-6);
  });

  test.each([
    ['breast-cancer', 142, 0.98, 0.95],
    ['mortgage', 595, 0.8, 0.9],
  ])('%s tells classes apart on rows that it never saw', async (name, rows, auc, accuracy) => {
    const { model, heldOut } = await brought(name);
    await model.close();
    expect(heldOut!.rows).toBe(rows);
    expect(heldOut!.auc).toBeGreaterThan(auc);
    expect(heldOut!.accuracy).toBeGreaterThan(Math.max(accuracy, heldOut!.baseline));
  });
});
