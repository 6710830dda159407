import {
  fingerprintCount,
  LlmchainError,
  sha256Hex,
  Verification,
  type ModelVersion,
  type Verification as Policy,
} from '@llmchain/protocol';
import { replay } from '../engine/replay';
import { Scheduler } from '../engine/scheduler/scheduler';
import { SCHEDULING, type ServableModel } from '../models/servable-model';
import { Observations, observed, type Measured, type MeasuredPair, type Tightness } from './observations';
import type { CalibrationRecord, RecordedAnswer } from './record';

export interface CalibrationOptions extends Tightness {
  /** Texts that are asked, as a chat where the model has a template. */
  prompts: readonly string[];
  /** Most tokens of an answer. */
  tokens: number;
  /** How often every prompt is answered under every setting. */
  rounds: number;
  /** What this machine is called beside others. */
  machine?: string;
  /** What other machines computed and saw of the same model. */
  records?: readonly CalibrationRecord[];
}

export interface Calibration {
  verification: Policy;
  measured: Measured;
  /** The same by machines, each pair of one that answered and one that verified. */
  pairs: MeasuredPair[];
  /** Under what honest answers were computed here. */
  settings: { threads: number[]; together: number[]; chunks: number[] };
}

/** The same model, opened with different numbers of threads. */
export type Opened = readonly { threads: number; model: ServableModel }[];

/** Answers that are computed together, and prompt tokens of one pass. */
const TOGETHER = [1, 3, 8];
const CHUNKS = [16, 64];
const TEMPERATURES = [0, 700, 1_000];

/** A setting under which a worker may have computed. */
interface Setting {
  together: number;
  chunk: number;
}

/** What this machine adds to what others recorded. */
type Own = Pick<CalibrationRecord, 'answers' | 'observations'>;

/**
 * Runs honest answers and verifies them, over threads, batch sizes and chunks, the verifier with other threads than the
 * worker; then verifies what other machines answered, and counts what they saw.
 * @param onProgress told how many answers were verified here, and of what machine
 * @returns the figures, and this machine's record of what it computed and saw
 * @throws {LlmchainError} `invalid_argument` when a record holds what no machine answers with this model, or answers so far
 * from this machine's that no policy could take both
 */
export async function calibrate(
  opened: Opened,
  options: CalibrationOptions,
  onProgress: (answers: number, machine: string) => void = () => undefined,
): Promise<{ calibration: Calibration; record: CalibrationRecord }> {
  const { machine = 'this machine', records = [] } = options;
  const { version } = opened[0]!.model;
  const own: Own = { answers: [], observations: [] };
  for (const [index, { model }] of opened.entries()) {
    const verifier = opened[(index + 1) % opened.length]!.model;
    for (const together of TOGETHER) {
      for (const chunk of CHUNKS) {
        await answer(own, { model, verifier }, { together, chunk }, { ...options, machine });
        onProgress(own.observations.length, machine);
      }
    }
  }
  for (const { machine: worker, answers } of records) {
    for (const [index, each] of answers.entries()) {
      const verifier = opened[index % opened.length]!.model;
      own.observations.push(await verified(verifier, each, { worker, verifier: machine }));
      if (index % 10 === 9) onProgress(index + 1, worker);
    }
  }
  const seen = new Observations();
  for (const one of [...records.flatMap(({ observations }) => observations), ...own.observations]) seen.add(one);
  return {
    calibration: {
      verification: policy(seen, options),
      measured: seen.measured(),
      pairs: seen.pairs(),
      settings: { threads: opened.map(({ threads }) => threads), together: TOGETHER, chunks: CHUNKS },
    },
    record: { schema: 'calibration-record/1', ...identity(version), machine, ...own },
  };
}

/** What two copies of one folder have in common. */
export function identity({ manifest, precision }: ModelVersion): Pick<CalibrationRecord, 'manifest' | 'precision'> {
  return { manifest, precision };
}

async function answer(
  own: Own,
  { model, verifier }: { model: ServableModel; verifier: ServableModel },
  { together, chunk }: Setting,
  { prompts, tokens, rounds, machine }: CalibrationOptions & { machine: string },
): Promise<void> {
  const scheduler = new Scheduler(
    { ...SCHEDULING, slots: together, waiting: 1_024, waitingPerTenant: 1_024, chunk },
    model,
  );
  const fingerprinted = model.decoder.hiddenSize !== undefined;
  const orders = Array.from({ length: rounds }, (_, round) => prompts.map((text, index) => ({ text, round, index })));
  await Promise.all(
    orders.flat().map(async ({ text, round, index }) => {
      const asked = {
        seed: sha256Hex(`calibration ${together} ${chunk} ${round} ${index}`),
        temperatureMilli: TEMPERATURES[(round + index) % TEMPERATURES.length]!,
      };
      const scores: number[] = [];
      const { tokens: answered, fingerprints } = await scheduler.generate(
        { ...asked, prompt: promptOf(model, text), maxTokens: tokens, tenant: `tenant-${index}`, fingerprinted },
        (_token, score) => void scores.push(score),
        new AbortController().signal,
      );
      const recorded = { text, ...asked, tokens: answered, scores, ...(fingerprints ? { fingerprints } : {}) };
      own.observations.push(await verified(verifier, recorded, { worker: machine, verifier: machine }));
      own.answers.push(recorded);
    }),
  );
}

const promptOf = ({ prompts }: ServableModel, text: string): number[] => prompts.encode(prompts.asked(text));

/** Computes an answer again. @throws {LlmchainError} `invalid_argument` when it is none of this model */
async function verified(
  model: ServableModel,
  { text, scores, ...claimed }: RecordedAnswer,
  by: { worker: string; verifier: string },
): Promise<ReturnType<typeof observed>> {
  const decoder = await model.reference();
  const prompt = promptOf(model, text);
  const { tokens, fingerprints } = claimed;
  const windows = model.decoder.hiddenSize === undefined ? 0 : fingerprintCount(tokens.length);
  const fits =
    tokens.length > 0 &&
    scores.length === tokens.length &&
    (fingerprints?.length ?? 0) === windows &&
    prompt.length + tokens.length <= model.version.contextTokens &&
    tokens.every((token) => token < decoder.geometry.vocabulary);
  if (fits) return observed(by, scores, await replay({ decoder }, { ...claimed, prompt }));
  throw new LlmchainError(
    'invalid_argument',
    `The record of ${by.worker} holds an answer that this model cannot give. Record it again from a copy of this folder.`,
    { machine: by.worker, tokens: tokens.length, scores: scores.length },
  );
}

/** @throws {LlmchainError} `invalid_argument` when the figures are beyond what a version may have */
function policy(seen: Observations, tightness: Tightness): Policy {
  const { data } = Verification.safeParse(seen.policy(tightness));
  if (data) return data;
  const [worst] = seen.pairs().sort((a, b) => Math.max(b.noise, b.worst) - Math.max(a.noise, a.worst));
  throw new LlmchainError(
    'invalid_argument',
    `Answers of ${worst!.worker} as ${worst!.verifier} sees them differ too much for any policy. Leave that record out.`,
    { worker: worst!.worker, verifier: worst!.verifier, noise: worst!.noise, worst: worst!.worst },
  );
}
