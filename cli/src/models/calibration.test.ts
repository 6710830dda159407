import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { figuresFor } from './calibration';

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'calibration-'))));
afterAll(() => rm(folder, { recursive: true }));

const verification = { marginMicro: 306, sampleRate: 10_000, fingerprints: { mismatches: 250, mantissaMilli: 100 } };

async function written(content: unknown): Promise<string> {
  const file = join(folder, 'calibration.json');
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

test('what a calibration printed is how the version is verified', async () => {
  const file = await written({ precision: 'fp32', mode: 'exact', verification, measured: { answers: 48 } });
  expect(await figuresFor(file, 'fp32')).toEqual(verification);
});

test.each([
  ['no JSON', 'calibrated'],
  ['something else', { precision: 'fp32' }],
  ['figures beyond their bounds', { precision: 'fp32', verification: { ...verification, sampleRate: 10_001 } }],
  ['figures that no one knows', { precision: 'fp32', verification: { ...verification, lenient: true } }],
  ['other weights', { precision: 'int8', verification }],
])('%s is refused', async (_, content) => {
  await expect(figuresFor(await written(content), 'fp32')).rejects.toThrowWithCode('invalid_argument');
});

test('a file that is not there is said to be missing', async () => {
  await expect(figuresFor(join(folder, 'none.json'), 'fp32')).rejects.toThrowWithCode('not_found');
});
