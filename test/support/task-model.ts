import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { manifestDigest, sha256Hex, type ModelVersion } from '@llmchain/protocol';
import type { ImportedTask } from '../../inference-workers/src/models/import-bert';

/** How far outputs of the models in tests may be off, in millionths. */
export const RERUN = { cosineMicro: 5, maxAbsMicro: 50 };

/** The record of an imported folder as an approved version of the lab's. */
export async function taskVersion(
  folder: string,
  { task, signature, contextTokens }: ImportedTask,
  changes: Partial<ModelVersion> = {},
): Promise<ModelVersion> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => path.join(parentPath, name));
  const files = await Promise.all(
    paths.map(async (file) => {
      const content = await readFile(file);
      return { path: path.relative(folder, file), sha256: sha256Hex(content), bytes: content.length };
    }),
  );
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return {
    schema: 'model-version/1',
    class: 'consortium',
    model: 'tiny',
    version: 1,
    title: 'Tiny',
    task,
    signature,
    job: 'job-1',
    datasets: [{ dataset: 'set', version: 1 }],
    modelParamsAddress: `sha256/${files.find((file) => file.path === 'onnx/model.onnx')!.sha256}`,
    manifest: manifestDigest(files),
    files,
    format: 'onnx',
    precision: 'fp32',
    contextTokens,
    prices: { request: 100, promptToken: 2, completionToken: 0 },
    verification: { marginMicro: 0, sampleRate: 10_000, rerun: RERUN },
    royalty: { root: sha256Hex('none'), address: `sha256/${sha256Hex('none')}`, total: 1, entries: 1 },
    state: 'approved',
    approvals: [],
    owner: { member: 'LabMSP' },
    createdTx: 't',
    updatedTx: 't',
    ...changes,
  };
}
