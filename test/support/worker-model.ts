import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type GptConfig, initialParameters } from '@llmchain/onnx-graph';
import { manifestDigest, type ModelVersion, sha256Hex } from '@llmchain/protocol';
import { writeModelFolder } from '@llmchain/training';

/** Large enough that prompts pass through the engine in several chunks. */
export const TINY: GptConfig = {
  vocabSize: 257,
  hiddenSize: 16,
  intermediateSize: 32,
  layers: 2,
  heads: 2,
  kvHeads: 1,
  headSize: 16,
  context: 320,
  ropeTheta: 10_000,
  rmsNormEps: 1e-5,
  tiedEmbeddings: true,
};

/** Numbers in [0, 1) that repeat for a seed (Park & Miller 1988). */
export function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return (state - 1) / 2_147_483_646;
  };
}

export interface TinyModelOptions {
  /** Of the parameters. */
  seed: number;
  owner?: string;
  version?: number;
  sampleRate?: number;
  /** None by default, so that answers have the length that was asked for. */
  stopTokens?: readonly number[];
}

/** A small real model with parameters from a seed: its folder, and its record as an approved version. */
export async function tinyModel(folder: string, options: TinyModelOptions): Promise<ModelVersion> {
  const params = initialParameters(TINY, uniform(options.seed)).map((value) => value * 4);
  const written = await writeModelFolder(folder, TINY, params);
  const generation = JSON.stringify({ eos_token_id: options.stopTokens ?? [] });
  await writeFile(path.join(folder, 'generation_config.json'), generation);
  const files = written.map((file) =>
    file.path === 'generation_config.json'
      ? { ...file, sha256: sha256Hex(generation), bytes: generation.length }
      : { ...file },
  );
  const address = `sha256/${sha256Hex('none')}`;
  return {
    schema: 'model-version/1',
    class: 'consortium',
    model: 'tiny',
    version: options.version ?? 1,
    title: 'Tiny',
    job: 'job-1',
    datasets: [{ dataset: 'set', version: 1 }],
    modelParamsAddress: `sha256/${files.find((file) => file.path === 'onnx/model.onnx')!.sha256}`,
    manifest: manifestDigest(files),
    files,
    format: 'onnx',
    precision: 'fp32',
    contextTokens: TINY.context,
    prices: { request: 100, promptToken: 2, completionToken: 5 },
    verification: { marginMicro: 1_000, sampleRate: options.sampleRate ?? 10_000 },
    royalty: { root: sha256Hex('none'), address, total: 1, entries: 1 },
    state: 'approved',
    approvals: [],
    owner: { member: options.owner ?? 'LabMSP' },
    createdTx: 't',
    updatedTx: 't',
  };
}

/** Content of each of a version's files. */
export function filesOf(folder: string, version: ModelVersion): Promise<Buffer[]> {
  return Promise.all(version.files.map((file) => readFile(path.join(folder, file.path))));
}
