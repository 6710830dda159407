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
 * A byte-level poet for a shelf of short texts, 1.4 million parameters. Chosen on the 154 sonnets of Shakespeare (95 kB) for
 * the best held-out score within a minute on two cores: wide and shallow beat narrow and deep, small batches beat large
 * ones, and rates above 0.002 did worse. Rows are as long as the context, as positions never trained on score badly.
 */
export const POET_SETTINGS: PoetSettings = {
  model: {
    vocabSize: VOCABULARY_SIZE,
    hiddenSize: 192,
    intermediateSize: 512,
    layers: 3,
    heads: 3,
    kvHeads: 3,
    headSize: 64,
    context: 512,
    ropeTheta: 10_000,
    rmsNormEps: 1e-5,
    tiedEmbeddings: true,
  },
  optimiser: { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1, clipNorm: 1 },
  schedule: { peak: 1.5e-3, floor: 0.1, warmUp: 30 },
  shape: { batch: 2, sequence: 512 },
  steps: 500,
};
