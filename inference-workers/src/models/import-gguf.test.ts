import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from '@jest/globals';
import { sha256Hex, type ModelVersion } from '@llmchain/protocol';
import { gguf } from '../../../test/support/gguf';
import { CONFIG, METADATA, tensorsOf } from '../../../test/support/gguf-model';
import { tinyModel } from '../../../test/support/worker-model';
import { clearFolder } from '../files/model-files';
import { importGguf } from './import-gguf';
import { ServableModel } from './servable-model';

const CPU = { provider: 'cpu', threads: 1 } as const;
let home: string;
let file: string;
let record: ModelVersion;

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'import-gguf-'));
  file = path.join(home, 'tiny.gguf');
  await writeFile(file, gguf(METADATA, tensorsOf(CONFIG)));
  record = await tinyModel(path.join(home, 'record'), { seed: 1 });
});
afterAll(() => rm(home, { recursive: true }));

/** The folder as a worker loads it. */
async function served(folder: string): Promise<ServableModel> {
  const paths = [
    'config.json',
    'generation_config.json',
    'onnx/model.onnx',
    'onnx/model.onnx_data',
    'tokenizer.json',
    'tokenizer_config.json',
  ];
  const files = await Promise.all(
    paths.map(async (name) => {
      const content = await readFile(path.join(folder, name));
      return { path: name, sha256: createHash('sha256').update(content).digest('hex'), bytes: content.length };
    }),
  );
  return ServableModel.load(clearFolder(folder), { ...record, files, contextTokens: CONFIG.context }, CPU);
}

test('a GGUF file becomes a folder that a worker serves', async () => {
  const folder = path.join(home, 'single');
  await importGguf(file, folder);
  const model = await served(folder);
  expect(model.decoder.batches).toBe(true);
  expect(model.stopTokens).toEqual(new Set([4]));
  const prompt = model.prompts.encode({ kind: 'chat', messages: [{ role: 'user', content: 'abab' }] });
  expect(prompt).toEqual([2, 2]);
  const request = { prompt, seed: sha256Hex('seed'), temperatureMilli: 900, maxTokens: 20, tenant: 'a' };
  const { tokens, stop } = await model.scheduler.generate(request, () => undefined, new AbortController().signal);
  expect(tokens.length).toBe(stop === 'stop' ? tokens.indexOf(4) + 1 : 20);
  await model.close();
});

test('with weights of eight bits it is smaller, and served too', async () => {
  const folder = path.join(home, 'int8');
  await importGguf(file, folder, { quantisation: { bits: 8, compute: 'int8' } });
  const size = async (name: string): Promise<number> =>
    (await readFile(path.join(home, name, 'onnx/model.onnx_data'))).length;
  expect(await size('int8')).toBeLessThan(await size('single'));
  const model = await served(folder);
  const pass = { rows: [{ row: 0, past: 0, tokens: [0, 1, 2] }], logits: 1 };
  const logits = await model.decoder.allocate(1, 8).forward(pass);
  expect(logits.every(Number.isFinite)).toBe(true);
  await model.close();
});

test('of a damaged file nothing is left behind', async () => {
  const damaged = path.join(home, 'damaged.gguf');
  const whole = await readFile(file);
  await writeFile(damaged, whole.subarray(0, whole.length - 64));
  await expect(importGguf(damaged, path.join(home, 'damaged'))).rejects.toThrowWithCode('invalid_argument', {
    file: damaged,
  });
  const other = path.join(home, 'other.gguf');
  await writeFile(other, gguf({ ...METADATA, 'general.architecture': 'mamba' }, tensorsOf(CONFIG)));
  await expect(importGguf(other, path.join(home, 'other'))).rejects.toThrowWithCode('not_supported');
  expect((await readdir(home)).filter((name) => /damaged$|other$|part$/.test(name))).toEqual([]);
});
