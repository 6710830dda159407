import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { isErrorCode, LlmchainError } from '@llmchain/protocol';
import { z } from 'zod';

const run = promisify(execFile);
const PROGRAMS = resolve(__dirname, '../../../inference-workers/dist');

const Failure = z.object({ code: z.string(), message: z.string(), details: z.record(z.string(), z.unknown()) });

/**
 * Runs a program of the workers' package, which needs the inference runtime that the command line does without.
 * @param onProgress told what it writes to standard error, line by line
 * @returns the JSON of its last line, where that is JSON
 * @throws {LlmchainError} what the program says, on its last line, of its failure
 */
export async function runProgram(
  name: 'import-main' | 'calibrate-main',
  parameters: readonly string[],
  onProgress: (line: string) => void = () => undefined,
): Promise<unknown> {
  const running = run(process.execPath, [resolve(PROGRAMS, `${name}.js`), ...parameters]);
  createInterface({ input: running.child.stderr! }).on('line', onProgress);
  const { stdout } = await running.catch(explain);
  return lastLine(stdout);
}

function explain(cause: unknown): never {
  const said = Failure.safeParse(lastLine((cause as { stdout?: string }).stdout));
  const { code, message, details } = said.data ?? { code: 'internal', message: 'The program failed.', details: {} };
  throw new LlmchainError(isErrorCode(code) ? code : 'internal', message, details, { cause });
}

function lastLine(output: string | undefined): unknown {
  try {
    return JSON.parse(output?.trim().split('\n').at(-1) ?? '');
  } catch {
    return undefined;
  }
}
