import { sha256Hex, type Verification } from '@llmchain/protocol';
import { replay } from '../engine/replay';
import { Scheduler } from '../engine/scheduler/scheduler';
import { SCHEDULING, type ServableModel } from '../models/servable-model';
import { Observations, type Measured, type Tightness } from './observations';

export interface CalibrationOptions extends Tightness {
  /** Texts that are asked, as a chat where the model has a template. */
  prompts: readonly string[];
  /** Most tokens of an answer. */
  tokens: number;
  /** How often every prompt is answered under every setting. */
  rounds: number;
}

export interface Calibration {
  verification: Verification;
  measured: Measured;
  /** Under what honest answers were computed. */
  settings: { threads: number[]; together: number[]; chunks: number[] };
}

/** Answers that are computed together, and prompt tokens of one pass. */
const TOGETHER = [1, 3, 8];
const CHUNKS = [16, 64];
const TEMPERATURES = [0, 700, 1_000];

/** A setting under which a worker may have computed. */
interface Setting {
  together: number;
  chunk: number;
}

/**
 * Runs honest answers and verifies them, over threads, batch sizes and chunks, the verifier with other threads than the
 * worker.
 * @param models the same model, opened with different numbers of threads
 */
export async function calibrate(
  models: readonly { threads: number; model: ServableModel }[],
  options: CalibrationOptions,
  onProgress: (answers: number) => void = () => undefined,
): Promise<Calibration> {
  const seen = new Observations();
  let answers = 0;
  for (const [index, { model }] of models.entries()) {
    const verifier = models[(index + 1) % models.length]!.model;
    for (const together of TOGETHER) {
      for (const chunk of CHUNKS) {
        await observe(seen, { model, verifier }, { together, chunk }, options);
        onProgress((answers += options.rounds * options.prompts.length));
      }
    }
  }
  return {
    verification: seen.policy(options),
    measured: seen.measured(),
    settings: { threads: models.map(({ threads }) => threads), together: TOGETHER, chunks: CHUNKS },
  };
}

async function observe(
  seen: Observations,
  { model, verifier }: { model: ServableModel; verifier: ServableModel },
  { together, chunk }: Setting,
  { prompts, tokens, rounds }: CalibrationOptions,
): Promise<void> {
  const scheduler = new Scheduler(
    { ...SCHEDULING, slots: together, waiting: 1_024, waitingPerTenant: 1_024, chunk },
    model,
  );
  const fingerprinted = model.decoder.hiddenSize !== undefined;
  const decoder = await verifier.reference();
  const orders = Array.from({ length: rounds }, (_, round) => prompts.map((text, index) => ({ text, round, index })));
  await Promise.all(
    orders.flat().map(async ({ text, round, index }) => {
      const request = {
        prompt: model.prompts.encode(model.prompts.asked(text)),
        seed: sha256Hex(`calibration ${together} ${chunk} ${round} ${index}`),
        temperatureMilli: TEMPERATURES[(round + index) % TEMPERATURES.length]!,
      };
      const scores: number[] = [];
      const answer = await scheduler.generate(
        { ...request, maxTokens: tokens, tenant: `tenant-${index}`, fingerprinted },
        (_token, score) => void scores.push(score),
        new AbortController().signal,
      );
      seen.add(scores, await replay({ decoder }, { ...request, ...answer }));
    }),
  );
}
