import { readdir, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { ModelEntry, type ModelFile, type Precision } from '@llmchain/protocol';
import { z } from 'zod';
import { digestOf } from '../file-digest';
import { runProgram } from './worker-program';

/** How an imported model's weights are stored and multiplied. */
export const WEIGHTS = ['fp32', 'int8'] as const satisfies readonly Precision[];
export type Weights = (typeof WEIGHTS)[number];

/** What a version has to say of a model that does not generate text. */
const ImportedTask = ModelEntry.pick({ task: true, signature: true, contextTokens: true }).extend({
  /** How well one that was trained at the import does on rows that were held out. */
  heldOut: z.object({ rows: z.number(), accuracy: z.number(), auc: z.number(), baseline: z.number() }).optional(),
});
export type ImportedTask = z.infer<typeof ImportedTask>;

/**
 * Turns a GGUF file, or an encoder's or a classifier's folder, into a folder that workers load; it is there when all of it is.
 * @param label what the score of a classifier stands for
 * @returns what a version of an encoder or a classifier has to say; undefined for a GGUF file
 * @throws {LlmchainError} `invalid_argument` | `not_supported` as the importer says it
 */
export async function importFolder(
  file: string,
  folder: string,
  { weights, label }: { weights: Weights; label?: string | undefined },
): Promise<ImportedTask | undefined> {
  const labelled = label === undefined ? [] : [`--label=${label}`];
  const said = await runProgram('import-main', [resolve(file), resolve(folder), '--weights', weights, ...labelled]);
  return ImportedTask.safeParse(said).data;
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
