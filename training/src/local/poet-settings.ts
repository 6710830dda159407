import type { AdamWOptions, GptConfig } from '@llmchain/onnx-graph';
import { VOCABULARY_SIZE } from '../tokenizer/byte-tokenizer';
import type { BatchShape } from './batches';
import type { Schedule } from './schedule';

/** Everything about a training run that is not data, seed or machine. */
export interface PoetSettings {
  readonly model: GptConfig;
  readonly optimiser: AdamWOptions;
  readonly schedule: Schedule;
  readonly shape: BatchShape;
  readonly steps: number;
}

/**
 * A byte-level poet for a shelf of short texts.
 */
export const POET_SETTINGS: PoetSettings = {
  model: {
    vocabSize: VOCABULARY_SIZE,
    hiddenSize: 160,
    intermediateSize: 432,
    layers: 4,
    heads: 5,
    kvHeads: 5,
    headSize: 32,
    context: 512,
    ropeTheta: 10_000,
    rmsNormEps: 1e-5,
    tiedEmbeddings: true,
  },
  optimiser: { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1, clipNorm: 1 },
  schedule: { peak: 3e-3, floor: 0.1, warmUp: 30 },
  shape: { batch: 8, sequence: 256 },
  steps: 300,
};
