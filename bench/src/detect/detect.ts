import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { calibrate, type ServableModel } from '@llmchain/inference-workers';
import { FINGERPRINT_TOKENS, type Verification, type VerificationMode } from '@llmchain/protocol';
import type { Benchmark, BenchmarkRun } from '../benchmark';
import { binomialInterval, shareOf } from '../binomial-interval';
import { smollm } from '../smollm';
import { TAMPERINGS, type Parties, type Tampering } from './answers';
import { answersOn, PROCESSORS } from './instruction-sets';
import { measured, predicted } from './sampling';
import { LOOSE, openModel, writeSmallModel, type Weights } from './small-model';
import { falseAlarms, faulty, questions, tried, type Tried } from './trials';

/** What a version is served in and what its dishonest worker saves by, in each mode. */
const WEIGHTS: Readonly<Record<VerificationMode, { served: Weights; cheaper: Weights }>> = {
  exact: { served: 'fp32', cheaper: 'int8' },
  statistical: { served: 'int8', cheaper: 'int4' },
};
const MODES = ['exact', 'statistical'] as const;
const TOKENS = 96;
const SMOLLM_TOKENS = 64;
/** How many times as many answers the long form has. */
const LONG = 5;
const BATCH = 100;
const DRAWS = 2_000;

/** Opens a model of a family under a policy. */
type Open = (
  which: 'model' | 'other' | 'cheaper',
  verification: Verification,
  threads?: number,
) => Promise<ServableModel>;

interface Size {
  tampered: number;
  honest: number;
  tokens: number;
  /** Answers to each prompt under each setting of the calibration. */
  calibration: number;
  /** Honest answers on each of the processors that are emulated. */
  emulated: number;
}

/** Calibrates a version, then tries to cheat its verifiers. @returns which tampered answers were found, of all kinds */
async function trial(
  label: string,
  mode: VerificationMode,
  open: Open,
  size: Size,
  { samples, say }: BenchmarkRun,
  { kinds = TAMPERINGS, small }: { kinds?: readonly Tampering[]; small?: { folder: string; weights: Weights } } = {},
): Promise<boolean[]> {
  const opened: ServableModel[] = [];
  const keep = async (model: Promise<ServableModel>): Promise<ServableModel> => {
    opened.push(await model);
    return opened.at(-1)!;
  };
  try {
    const plain = [];
    for (const threads of [1, 2]) plain.push({ threads, model: await keep(open('model', LOOSE[mode], threads)) });
    const { tokens } = size;
    const prompts = questions(4, tokens).map(({ text }) => text);
    const { calibration } = await calibrate(plain, {
      ...{ mode, prompts, tokens, rounds: size.calibration, sampleRate: 10_000, oneFalseAlarmIn: 1_000_000 },
    });
    const { verification, measured: seen } = calibration;
    say(`${label}, ${mode}: calibrated by ${seen.answers} answers: ${JSON.stringify(verification)}`);
    const models = [await keep(open('model', verification, 1)), await keep(open('model', verification, 2))];
    const parties: Parties = {
      model: models[0]!,
      other: kinds.includes('other model') ? await keep(open('other', verification)) : models[0]!,
      cheaper: await keep(open('cheaper', LOOSE.statistical)),
    };
    const all: Tried[] = [];
    for (const [index, kind] of kinds.entries()) {
      const results = await tried(kind, parties, questions(size.tampered, tokens, 1_000 * (index + 1)));
      all.push(...results);
      const missed = results.filter((one) => !one.found);
      samples.add(`${label}, ${mode}: ${kind}`, 'found', 1 - missed.length / results.length);
      const lengths = missed.length > 0 ? `, of ${missed.map((one) => one.tokens).join(', ')} tokens` : '';
      say(`${label}, ${mode}: ${kind}: ${shareOf(missed.length, results.length)} missed${lengths}`);
    }
    for (const [which, some] of [
      ['', all],
      [` of ${FINGERPRINT_TOKENS} tokens or more`, all.filter((one) => one.tokens >= FINGERPRINT_TOKENS)],
    ] as const) {
      if (some.length === 0) continue;
      const missed = some.filter((one) => !one.found).length;
      samples.add(`${label}, ${mode}: missed${which}`, `of ${some.length}`, missed);
      samples.add(`${label}, ${mode}: missed${which}, at most`, 'share', binomialInterval(missed, some.length).high);
      say(`${label}, ${mode}: all kinds${which}: ${shareOf(missed, some.length)} missed`);
    }
    const alarms = await falseAlarms(models, questions(size.honest, tokens, 100_000));
    samples.add(`${label}, ${mode}: false alarms`, `of ${size.honest}`, alarms);
    samples.add(`${label}, ${mode}: false alarms, at most`, 'share', binomialInterval(alarms, size.honest).high);
    say(`${label}, ${mode}: false alarms in honest answers: ${shareOf(alarms, size.honest)}`);
    for (const [name, processor] of size.emulated > 0 && small ? Object.entries(PROCESSORS) : []) {
      const asked = questions(size.emulated, tokens, 200_000);
      const answers = await answersOn(processor, { ...small!, verification, asked });
      let elsewhere = 0;
      for (const answer of answers) if (await faulty(models[0]!, answer)) elsewhere++;
      samples.add(`${label}, ${mode}: false alarms, ${name}`, `of ${answers.length}`, elsewhere);
      say(`${label}, ${mode}: false alarms in honest answers by ${name}: ${shareOf(elsewhere, answers.length)}`);
    }
    return all.map((one) => one.found);
  } finally {
    for (const model of opened) await model.close();
  }
}

/**
 * How verifiers fare: tampered answers that are found when they are sampled, honest ones that are not taken for them, over
 * threads, batch sizes, chunks and instruction sets (the small model on emulated processors); and what share of batches with
 * some tampered receipts is rejected at different rates. A cheaper computation whose answer ends after a few tokens may be
 * missed in statistical mode, so what is missed is told of answers of a window or more as well. `--rounds` is the number of tampered answers of each kind; with `--long` there are five times as many answers. What may be
 * missed or falsely found at most is the upper end of the exact interval of 95 % (Clopper & Pearson).
 */
export const detect: Benchmark = {
  rounds: 200,
  goals: MODES.flatMap((mode) => [
    ...TAMPERINGS.map((kind) => ({ arm: `small model, ${mode}: ${kind}`, least: 1 })),
    { arm: `small model, ${mode}: missed of ${FINGERPRINT_TOKENS} tokens or more`, most: 0 },
    { arm: `small model, ${mode}: false alarms`, most: 0 },
    ...Object.keys(PROCESSORS).map((name) => ({ arm: `small model, ${mode}: false alarms, ${name}`, most: 0 })),
    { arm: `SmolLM2, ${mode}: false alarms`, most: 0 },
  ]),
  async run(run) {
    const { samples, smoke, long } = run;
    const times = long ? LONG : 1;
    const rounds = times * run.rounds;
    const folder = await mkdtemp(join(tmpdir(), 'detect-'));
    const size: Size = smoke
      ? { tampered: 2, honest: 16, tokens: 48, calibration: 1, emulated: 0 }
      : { tampered: rounds, honest: 10 * rounds, tokens: TOKENS, calibration: 12, emulated: Math.min(rounds, 100) };
    try {
      for (const [name, seed, weights] of [
        ['fp32', 1, 'fp32'],
        ['int8', 1, 'int8'],
        ['int4', 1, 'int4'],
        ['fp32-other', 2, 'fp32'],
        ['int8-other', 2, 'int8'],
      ] as const) {
        await writeSmallModel(join(folder, name), seed, weights);
      }
      for (const mode of MODES) {
        const { served, cheaper } = WEIGHTS[mode];
        const names = { model: served, other: `${served}-other`, cheaper };
        const open: Open = (which, verification, threads) =>
          openModel(join(folder, names[which]), which === 'cheaper' ? cheaper : served, verification, threads);
        const results = await trial('small model', mode, open, size, run, {
          small: { folder: join(folder, served), weights: served },
        });
        for (const rate of [500, 1_000, 2_500]) {
          for (const tampered of [1, 5]) {
            const batch = { receipts: BATCH, tampered, rate };
            const [expected, share] = [predicted(batch), measured(batch, results, smoke ? 200 : DRAWS)];
            const arm = `${mode}: batches rejected, ${rate / 100} % sampled, ${tampered} of ${BATCH} tampered`;
            samples.add(`${arm}, predicted`, 'share', expected);
            samples.add(arm, 'share', share);
          }
        }
      }
      if (smoke) return;
      const large: Size = {
        tampered: Math.min(rounds, 10 * times),
        honest: Math.min(rounds, 48 * times),
        tokens: SMOLLM_TOKENS,
        calibration: 1,
        emulated: 0,
      };
      for (const mode of MODES) {
        const { served, cheaper } = WEIGHTS[mode];
        const open: Open = (which, verification, threads = 2) =>
          smollm(which === 'cheaper' ? cheaper : served, threads, verification);
        // There is no other model with its vocabulary here.
        const kinds = TAMPERINGS.filter((kind) => kind !== 'other model');
        await trial('SmolLM2', mode, open, large, run, { kinds });
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};
