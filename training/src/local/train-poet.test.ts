import { expect } from '@jest/globals';
import type { Progress } from './train-poet';
import { POET_SETTINGS, type PoetSettings } from './poet-settings';
import { trainPoet } from './train-poet';

const TINY: PoetSettings = {
  ...POET_SETTINGS,
  model: {
    ...POET_SETTINGS.model,
    hiddenSize: 16,
    intermediateSize: 32,
    layers: 1,
    heads: 2,
    kvHeads: 1,
    headSize: 8,
    context: 32,
  },
  schedule: { peak: 0.02, floor: 0.1, warmUp: 5 },
  shape: { batch: 4, sequence: 32 },
  steps: 40,
};
const DOCUMENTS = Array.from({ length: 12 }, (_, i) => `Rose number ${i} is red, and rose number ${i} is sweet.\n`);

const train = (options: Partial<Parameters<typeof trainPoet>[1]> = {}): ReturnType<typeof trainPoet> =>
  trainPoet(DOCUMENTS, { seed: 7, threads: 1, settings: TINY, ...options });

test('a poet learns, reports each step and is scored on text it never saw', async () => {
  const progress: Progress[] = [];
  const { params, report } = await train({ onProgress: (p) => progress.push(p) });
  expect(progress.map(({ step }) => step)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
  expect(progress.at(-1)!.tokensPerSecond).toBeGreaterThan(0);
  expect(report).toMatchObject({ steps: 40, tokens: 40 * 4 * 32 });
  expect(report.initialLoss).toBeCloseTo(Math.log(257), 0);
  expect(report.finalLoss).toBeLessThan(0.7 * report.initialLoss);
  expect(Number.isInteger(report.heldOutMillinats)).toBe(true);
  expect(report.heldOutMillinats).toBeLessThan(1000 * 0.7 * report.initialLoss);
  expect(params.every(Number.isFinite)).toBe(true);
});

test('the same seed gives the same parameters bit by bit on any number of threads, another seed does not', async () => {
  const [once, again, other] = [await train(), await train({ threads: 2 }), await train({ seed: 8 })];
  expect(again.params).toEqual(once.params);
  const { seconds: _, ...same } = once.report;
  expect(again.report).toMatchObject(same);
  expect(other.report.initialParamsDigest).not.toBe(once.report.initialParamsDigest);
  expect(other.report.graphDigest).toBe(once.report.graphDigest);
});

test('a job that cannot be run is refused before anything is computed', async () => {
  await expect(trainPoet(['one'], { seed: 1, threads: 1, settings: TINY })).rejects.toThrowWithCode(
    'dataset_too_small',
    {
      documents: 1,
    },
  );
  await expect(train({ seed: -1 })).rejects.toThrowWithCode('invalid_argument', { seed: -1 });
  await expect(train({ settings: { ...TINY, steps: 0 } })).rejects.toThrowWithCode('invalid_argument', { steps: 0 });
  const shape = { batch: 1, sequence: 33 };
  await expect(train({ settings: { ...TINY, shape } })).rejects.toThrowWithCode('invalid_argument', { context: 32 });
});

test('a learning rate that blows up the model ends the run', async () => {
  const settings = { ...TINY, schedule: { peak: 1e30, floor: 1, warmUp: 1 } };
  await expect(train({ settings })).rejects.toThrowWithCode('diverged');
});
