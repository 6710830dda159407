import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from '@jest/globals';
import { calibrate, checkOpening, SCHEDULING, Scheduler, type ServableModel } from '@llmchain/inference-workers';
import { verificationMode, type Verification, type VerificationMode } from '@llmchain/protocol';
import { honest, tampered, TAMPERINGS, type Parties } from './answers';
import { LOOSE, openModel, writeSmallModel, type Weights } from './small-model';
import { measured, predicted } from './sampling';
import { faulty, questions } from './trials';

const WEIGHTS = {
  exact: { served: 'fp32', cheaper: 'int8' },
  statistical: { served: 'int8', cheaper: 'int4' },
} as const;
const TOKENS = 48;
// Machines are shared: a hundred small answers are computed before the first test.
jest.setTimeout(300_000);

let folder: string;
const opened: ServableModel[] = [];
const parties = new Map<VerificationMode, Parties>();

async function open(name: string, weights: Weights, verification: Verification, threads = 1): Promise<ServableModel> {
  const model = await openModel(path.join(folder, name), weights, verification, threads);
  opened.push(model);
  return model;
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'modes-'));
  for (const weights of ['fp32', 'int8', 'int4'] as const) {
    await writeSmallModel(path.join(folder, weights), 1, weights);
    await writeSmallModel(path.join(folder, `${weights}-other`), 2, weights);
  }
  for (const mode of ['exact', 'statistical'] as const) {
    const { served, cheaper } = WEIGHTS[mode];
    const plain = { threads: 1, model: await open(served, served, LOOSE[mode]) };
    const { calibration } = await calibrate([plain], {
      mode,
      prompts: questions(2, TOKENS).map(({ text }) => text),
      tokens: TOKENS,
      rounds: 2,
      sampleRate: 10_000,
      oneFalseAlarmIn: 1_000_000,
    });
    const { verification, measured: seen } = calibration;
    expect(seen.answers).toBe(3 * 2 * 2 * 2);
    expect(verificationMode(verification)).toBe(mode);
    parties.set(mode, {
      model: await open(served, served, verification),
      other: await open(`${served}-other`, served, verification),
      cheaper: await open(cheaper, cheaper, LOOSE.statistical),
    });
  }
});
afterAll(async () => {
  for (const model of opened) await model.close();
  await rm(folder, { recursive: true });
});

describe.each(['exact', 'statistical'] as const)('%s mode', (mode) => {
  test('honest answers pass, computed alone, together, and with tokens guessed ahead', async () => {
    const { model } = parties.get(mode)!;
    const asked = questions(5, TOKENS, 500);
    for (const slots of [1, 5]) {
      // Guesses are tried while one answer runs alone.
      const scheduler = new Scheduler({ ...SCHEDULING, slots, guess: slots === 1 ? 6 : 0 }, model);
      const answers = await Promise.all(asked.map((each) => honest(model, each, scheduler)));
      for (const answer of answers) {
        expect(answer.receipt.body.execution).toMatchObject({ mode, precision: WEIGHTS[mode].served });
        expect(await checkOpening(model, answer.receipt.body, answer.opening)).toBeUndefined();
      }
    }
  });

  test.each(TAMPERINGS)('found: %s', async (kind) => {
    const { model } = parties.get(mode)!;
    for (const asked of questions(2, 96, 700)) {
      expect(await faulty(model, await tampered(kind, parties.get(mode)!, asked))).toBe(true);
    }
  });

  test('fingerprints of other activations are found, though every token is honest', async () => {
    const { model, other } = parties.get(mode)!;
    const [one, two] = questions(2, TOKENS, 900);
    const { receipt, opening } = await honest(model, one!);
    const { receipt: theirs } = await honest(other, two!);
    const forged = {
      ...receipt.body,
      fingerprints: theirs.body.fingerprints!.slice(0, receipt.body.fingerprints!.length),
    };
    expect(await checkOpening(model, forged, opening)).toMatchObject({ reason: 'fingerprint_mismatch' });
  });

  test('a fingerprint takes 258 bytes for 32 tokens at most', async () => {
    const { model } = parties.get(mode)!;
    const { receipt } = await honest(model, questions(1, TOKENS, 950)[0]!);
    const { fingerprints, completionTokens } = receipt.body;
    expect(fingerprints).toHaveLength(Math.ceil(completionTokens / 32));
    for (const each of fingerprints!) expect(Buffer.from(each, 'base64').length).toBeLessThanOrEqual(258);
  });
});

test('a version that asks for what its graph does not give, or in a mode that it has not, is not loaded', async () => {
  await expect(open('int8', 'int8', LOOSE.exact)).rejects.toThrowWithCode('not_supported', { precision: 'int8' });
});

test('batches are rejected as often as their samples hold what re-execution finds', () => {
  expect(predicted({ receipts: 10, tampered: 1, rate: 10_000 })).toBe(1);
  expect(predicted({ receipts: 100, tampered: 1, rate: 500 })).toBeCloseTo(0.05, 12);
  expect(predicted({ receipts: 4, tampered: 2, rate: 5_000 })).toBeCloseTo(1 - 1 / 6, 12);
  const batch = { receipts: 20, tampered: 2, rate: 2_500 };
  expect(Math.abs(measured(batch, [true], 4_000) - predicted(batch))).toBeLessThan(0.05);
  expect(measured(batch, [false], 100)).toBe(0);
});
