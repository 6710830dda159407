import { execFile } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { promisify } from 'node:util';
import { isErrorCode, LlmchainError, type ModelFile } from '@llmchain/protocol';
import { z } from 'zod';
import { digestOf } from '../file-digest';

const run = promisify(execFile);
const IMPORT = resolve(__dirname, '../../../inference-workers/dist/import-main.js');

const Failure = z.object({ code: z.string(), message: z.string(), details: z.record(z.string(), z.unknown()) });

/** How an imported model's weights are stored and multiplied. */
export type Weights = 'fp32' | 'int8';

/**
 * Turns a GGUF file into a folder that workers load; it is there when all of it is.
 * @throws {LlmchainError} `invalid_argument` | `not_supported` as the importer says it
 */
export async function importFolder(file: string, folder: string, weights: Weights): Promise<void> {
  await run(process.execPath, [IMPORT, resolve(file), resolve(folder), '--weights', weights]).catch(explain);
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

function explain(cause: unknown): never {
  const said = Failure.safeParse(lastLine((cause as { stdout?: string }).stdout));
  const { code, message, details } = said.data ?? { code: 'internal', message: 'The import failed.', details: {} };
  throw new LlmchainError(isErrorCode(code) ? code : 'internal', message, details, { cause });
}

function lastLine(output: string | undefined): unknown {
  try {
    return JSON.parse(output?.trim().split('\n').at(-1) ?? '');
  } catch {
    return undefined;
  }
}
