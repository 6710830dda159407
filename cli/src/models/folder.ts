import { readdir, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import type { ModelFile } from '@llmchain/protocol';
import { digestOf } from '../file-digest';
import { runProgram } from './worker-program';

/** How an imported model's weights are stored and multiplied. */
export type Weights = 'fp32' | 'int8';

/**
 * Turns a GGUF file into a folder that workers load; it is there when all of it is.
 * @throws {LlmchainError} `invalid_argument` | `not_supported` as the importer says it
 */
export async function importFolder(file: string, folder: string, weights: Weights): Promise<void> {
  await runProgram('import-main', [resolve(file), resolve(folder), '--weights', weights]);
}

/** A folder's files as a model version names them, sorted by path. */
export async function filesIn(folder: string): Promise<ModelFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files = await Promise.all(
    paths.map(async (path) => ({
      path: relative(folder, path).split(sep).join('/'),
      sha256: await digestOf(path),
      bytes: (await stat(path)).size,
    })),
  );
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}
