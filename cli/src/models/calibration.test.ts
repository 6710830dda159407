import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verificationOf, type Checked } from './calibration';

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'calibration-'))));
afterAll(() => rm(folder, { recursive: true }));

/** Of a model that generates text. */
const text = (said: Partial<Checked>) => verificationOf(undefined, { weights: 'fp32', sampleRate: 500, ...said });
const verification = { marginMicro: 306, sampleRate: 10_000, fingerprints: { mismatches: 250, mantissaMilli: 100 } };

async function written(content: unknown): Promise<string> {
  const file = join(folder, 'calibration.json');
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

test('what a calibration printed is how the version is verified', async () => {
  const file = await written({ precision: 'fp32', mode: 'exact', verification, measured: { answers: 48 } });
  expect(await text({ calibration: file })).toEqual(verification);
});

test.each([
  ['no JSON', 'calibrated'],
  ['something else', { precision: 'fp32' }],
  ['figures beyond their bounds', { precision: 'fp32', verification: { ...verification, sampleRate: 10_001 } }],
  ['figures that no one knows', { precision: 'fp32', verification: { ...verification, lenient: true } }],
  ['other weights', { precision: 'int8', verification }],
])('%s is refused', async (_, content) => {
  await expect(text({ calibration: await written(content) })).rejects.toThrowWithCode('invalid_argument');
});

test('a file that is not there is said to be missing', async () => {
  await expect(text({ calibration: join(folder, 'none.json') })).rejects.toThrowWithCode('not_found');
});

test('without a calibration single precision has a margin, and eight bits are refused', async () => {
  expect(await text({})).toEqual({ marginMicro: 306, sampleRate: 500 });
  expect(await text({ margin: 42 })).toEqual({ marginMicro: 42, sampleRate: 500 });
  await expect(text({ weights: 'int8' })).rejects.toThrowWithCode('invalid_argument');
});

test('tensors are computed again, and figures for text are not taken for them', async () => {
  const tensors = (said: Partial<Checked>) =>
    verificationOf('embedding', { weights: 'fp32', sampleRate: 500, ...said });
  expect(await tensors({})).toMatchObject({ sampleRate: 500, rerun: { cosineMicro: 5, maxAbsMicro: 50 } });
  await expect(tensors({ margin: 42 })).rejects.toThrowWithCode('invalid_argument');
  await expect(tensors({ calibration: 'calibration.json' })).rejects.toThrowWithCode('invalid_argument');
});
