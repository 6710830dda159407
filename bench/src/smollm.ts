import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { clearFolder, importGguf, ServableModel, unregistered } from '@llmchain/inference-workers';
import type { Weights } from '@llmchain/cli/dist/models/folder';
import { importedSmollm2, smollm2File, smollm2Folder } from '@llmchain/cli/dist/models/smollm2';
import { isThere } from '@llmchain/cli/dist/packages/packaged-file';
import type { Verification } from '@llmchain/protocol';

/** As workers serve it, and coarser than anybody should. */
export type SmollmWeights = Weights | 'int4';

/** The figures of no calibration: for what loads the model and verifies nothing. */
const UNVERIFIED: Verification = {
  marginMicro: 0,
  sampleRate: 1,
  statistical: { clipMicro: 1, meanMicro: 0, deviationMicro: 0, oneFalseAlarmIn: 100 },
};

/** SmolLM2 as a worker serves it: in single precision, or with weights of fewer bits and products in eight. */
export async function smollm(
  weights: SmollmWeights,
  threads: number,
  verification: Verification = UNVERIFIED,
): Promise<ServableModel> {
  const folder = weights === 'int4' ? await importedCoarsely() : await importedSmollm2(weights);
  const version = await unregistered(folder, { precision: weights === 'fp32' ? 'fp32' : 'int8', verification });
  return ServableModel.load(clearFolder(folder), version, { provider: 'cpu', threads });
}

async function importedCoarsely(): Promise<string> {
  const folder = `${smollm2Folder('int8')}-coarse`;
  if (await isThere(folder)) return folder;
  await mkdir(dirname(folder), { recursive: true });
  await importGguf(await smollm2File(), folder, { quantisation: { bits: 4, compute: 'int8' } });
  return folder;
}
