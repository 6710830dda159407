import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { clearFolder, ServableModel, REFERENCE, unregistered } from '@llmchain/inference-workers';
import {
  inferenceGraph,
  initialParameters,
  namedParameters,
  type GptConfig,
  type Quantisation,
} from '@llmchain/onnx-graph';
import type { Verification } from '@llmchain/protocol';
import { writeModelFolder } from '@llmchain/training';

/** Of the sample poet's family, small enough for thousands of answers. */
export const SMALL: GptConfig = {
  vocabSize: 257,
  hiddenSize: 64,
  intermediateSize: 128,
  layers: 3,
  heads: 4,
  kvHeads: 2,
  headSize: 16,
  context: 320,
  ropeTheta: 10_000,
  rmsNormEps: 1e-5,
  tiedEmbeddings: true,
};

/** What the parameters are larger by than before training, so that some tokens are likelier than others. */
const SCALE = 1.5;

/** How a model computes: in single precision, or with weights of so many bits and products in eight. */
export type Weights = 'fp32' | 'int8' | 'int4';

const QUANTISATION: Readonly<Record<Weights, Quantisation | undefined>> = {
  fp32: undefined,
  int8: { bits: 8, compute: 'int8' },
  int4: { bits: 4, compute: 'int8' },
};

/** Numbers in [0, 1) that repeat for a seed (Park & Miller 1988). */
export function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return (state - 1) / 2_147_483_646;
  };
}

/** Writes a model with parameters from a seed. */
export async function writeSmallModel(folder: string, seed: number, weights: Weights): Promise<void> {
  const params = initialParameters(SMALL, uniform(seed)).map((value) => value * SCALE);
  await writeModelFolder(folder, SMALL, params);
  const quantisation = QUANTISATION[weights];
  if (!quantisation) return;
  await mkdir(join(folder, 'onnx'), { recursive: true });
  const graph = (how: Quantisation): Uint8Array =>
    inferenceGraph(SMALL, namedParameters(SMALL, params), { quantisation: how }).graph;
  await writeFile(join(folder, 'onnx/model.onnx'), graph(quantisation));
  await writeFile(join(folder, REFERENCE), graph({ ...quantisation, compute: 'single' }));
}

/** Verified so until it is calibrated. */
export const LOOSE: Readonly<Record<'exact' | 'statistical', Verification>> = {
  exact: { marginMicro: 0, sampleRate: 10_000 },
  statistical: {
    marginMicro: 0,
    sampleRate: 10_000,
    statistical: { clipMicro: 1, meanMicro: 0, deviationMicro: 0, oneFalseAlarmIn: 100 },
  },
};

/** The folder's model as a version with this policy. */
export async function openModel(
  folder: string,
  weights: Weights,
  verification: Verification,
  threads = 1,
): Promise<ServableModel> {
  const precision = weights === 'fp32' ? 'fp32' : 'int8';
  const version = await unregistered(folder, { precision, verification });
  return ServableModel.load(clearFolder(folder), version, { provider: 'cpu', threads });
}
