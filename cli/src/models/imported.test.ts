import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importedBy, originOf } from './imported';

const SIGNATURE = {
  inputs: [{ name: 'features', datatype: 'FP32', shape: [-1, 2] }],
  outputs: [{ name: 'probability', datatype: 'FP32', shape: [-1, 1] }],
};
const EXTERNAL = {
  ...{ source: 'pkg:pypi/tables@1.0', upstream: 'a'.repeat(64), licence: 'MIT', trainingData: 'a public table' },
  conversion: { importer: 'logistic', weights: 'fp32' },
};

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'imported-'))));
afterAll(() => rm(folder, { recursive: true }));

async function printed(content: object): Promise<string> {
  const file = join(folder, 'imported.json');
  await writeFile(file, JSON.stringify(content));
  return file;
}

test('a registration takes tensors and origin from what the import printed', async () => {
  const said = { folder: 'tables', files: [], task: 'tensor', signature: SIGNATURE, contextTokens: 2 };
  const imported = await importedBy(await printed({ ...said, external: EXTERNAL }));
  expect(imported).toMatchObject({ task: 'tensor', signature: SIGNATURE, contextTokens: 2 });
  expect(originOf(imported, { weights: 'fp32' })).toEqual(EXTERNAL);
});

test('what a person says of the origin counts more, and has to be said where the import does not know', async () => {
  const imported = await importedBy(await printed({ external: EXTERNAL }));
  expect(originOf(imported, { weights: 'fp32', licence: 'Apache-2.0' })).toEqual({
    ...EXTERNAL,
    licence: 'Apache-2.0',
  });
  const { source, upstream, licence } = EXTERNAL;
  expect(originOf({}, { weights: 'int8', importer: 'gguf', source, upstream, licence })).toEqual({
    ...{ source, upstream, licence, trainingData: 'undisclosed' },
    conversion: { importer: 'gguf', weights: 'int8' },
  });
  await expect(() => originOf({}, { weights: 'fp32', source, upstream })).toThrowWithCode('invalid_argument');
});

test('a file that is missing, or that no import printed, is refused', async () => {
  await expect(importedBy(join(folder, 'none.json'))).rejects.toThrowWithCode('not_found');
  await expect(importedBy(await printed({ task: 'poetry' }))).rejects.toThrowWithCode('invalid_argument');
});
