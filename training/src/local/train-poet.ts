import { evaluation, initialParameters, trainStep } from '@llmchain/onnx-graph';
import { parametersDigest, sha256Hex } from '../digest';
import { TrainingError } from '../error';
import { type BatchShape, Batches } from './batches';
import { corpusOf } from './corpus';
import { heldOutLoss } from './evaluator';
import { POET_SETTINGS, type PoetSettings } from './poet-settings';
import { Random } from './random';
import { learningRate } from './schedule';
import { Trainer } from './trainer';

/** How a run stands after a step. */
export interface Progress {
  /** Steps done, from 1. */
  readonly step: number;
  readonly steps: number;
  /** Mean nats per token of the step's batch. */
  readonly loss: number;
  readonly tokensPerSecond: number;
}

export interface TrainPoetOptions {
  /** 0 to 2³² − 1: initial parameters and the order of the batches follow from it. */
  readonly seed: number;
  /** Compute threads; the parameters do not depend on how many. */
  readonly threads: number;
  readonly settings?: PoetSettings;
  readonly onProgress?: (progress: Progress) => void;
}

/** What a run did, in numbers that can go on the ledger. */
export interface TrainingReport {
  readonly steps: number;
  /** Tokens predicted in all steps together. */
  readonly tokens: number;
  /** Nats per token of the first batch and, averaged, of the last tenth. */
  readonly initialLoss: number;
  readonly finalLoss: number;
  /** Thousandths of a nat per token on the documents held out. */
  readonly heldOutMillinats: number;
  readonly seconds: number;
  /** SHA-256 of the parameters before and after, little-endian float32. */
  readonly initialParamsDigest: string;
  readonly paramsDigest: string;
  /** SHA-256 of the training step's ONNX file: what was computed. */
  readonly graphDigest: string;
}

export interface TrainedPoet {
  /** The flat parameter vector in the order of the model's tensor table. */
  readonly params: Float32Array;
  readonly report: TrainingReport;
}

/**
 * Trains a byte-level poet. The same documents, seed and settings give the same parameters, bit for bit, on the same
 * runtime and kind of processor.
 * @throws {TrainingError} `invalid_argument`, `dataset_too_small` or `diverged`
 */
export async function trainPoet(documents: readonly string[], options: TrainPoetOptions): Promise<TrainedPoet> {
  const { model, optimiser, schedule, steps, shape } = checked(options.settings ?? POET_SETTINGS);
  const started = performance.now();
  const corpus = corpusOf(documents);
  const random = new Random(options.seed);
  const initial = initialParameters(model, () => random.uniform());
  const initialParamsDigest = parametersDigest(initial);
  const graph = trainStep(model, optimiser);
  const batches = new Batches({ tokens: corpus.training, shape }, { random });
  const trainer = await Trainer.open({ graph, threads: options.threads }, { params: initial });
  try {
    const losses: number[] = [];
    for (let step = 1; step <= steps; step++) {
      const { loss } = await trainer.step(batches.next(), shape.batch, learningRate(schedule, step, steps));
      losses.push(loss);
      const elapsed = (performance.now() - started) / 1000;
      options.onProgress?.({ step, steps, loss, tokensPerSecond: (step * tokensPerStep(shape)) / elapsed });
    }
    const params = trainer.params;
    const evaluated = { graph: evaluation(model), threads: options.threads, sequence: model.context };
    const heldOut = await heldOutLoss(evaluated, params, corpus.heldOut);
    const report: TrainingReport = {
      steps,
      tokens: steps * tokensPerStep(shape),
      initialLoss: losses[0]!,
      finalLoss: mean(losses.slice(-Math.ceil(steps / 10))),
      heldOutMillinats: Math.round(heldOut * 1000),
      seconds: (performance.now() - started) / 1000,
      initialParamsDigest,
      paramsDigest: parametersDigest(params),
      graphDigest: sha256Hex(graph),
    };
    return { params, report };
  } finally {
    await trainer.close();
  }
}

function checked(settings: PoetSettings): PoetSettings {
  const { steps, shape, model } = settings;
  const wrong = Object.entries({ steps, ...shape }).filter(([, value]) => !Number.isSafeInteger(value) || value < 1);
  if (wrong.length > 0 || shape.sequence > model.context) {
    throw new TrainingError(
      'invalid_argument',
      'Steps, batch and sequence are whole numbers from 1, sequence ≤ context',
      {
        steps,
        ...shape,
        context: model.context,
      },
    );
  }
  return settings;
}

function tokensPerStep({ batch, sequence }: BatchShape): number {
  return batch * sequence;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
