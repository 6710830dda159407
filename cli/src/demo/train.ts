import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { isErrorCode, LlmchainError } from '@llmchain/protocol';
import { z } from 'zod';

const MAIN = resolve(__dirname, '../../../training/dist/main.js');

const Line = z.union([
  z.object({
    progress: z.object({ step: z.number(), steps: z.number(), loss: z.number(), tokensPerSecond: z.number() }),
  }),
  z.object({ model: z.object({ block: z.number() }) }),
  z.object({ error: z.object({ code: z.string(), message: z.string(), details: z.record(z.string(), z.unknown()) }) }),
]);
type Progress = Extract<z.infer<typeof Line>, { progress: unknown }>['progress'];

export interface TrainOrder {
  gateway: string;
  key: string;
  dataset: string;
  model: string;
  job: string;
  title: string;
  threads: number;
  /** Steps other than the poet's own, for a quick one. */
  steps?: number;
}

/** Runs the member's training node; the key reaches it through a file that only its user can read. */
export async function train(
  order: TrainOrder,
  onProgress: (progress: Progress) => void,
): Promise<{ loss: number; block: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'llmchain-train-'));
  try {
    const keyFile = join(folder, 'key');
    await writeFile(keyFile, order.key, { mode: 0o600 });
    const { gateway, dataset, model, job, title, threads } = order;
    const options = {
      gateway,
      'key-file': keyFile,
      dataset,
      model,
      job,
      title,
      threads: String(threads),
      ...(order.steps === undefined ? {} : { steps: String(order.steps) }),
    };
    const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = new Promise<number | null>((done) => child.once('exit', done));
    let loss = Number.NaN;
    let block: number | undefined;
    for await (const text of createInterface({ input: child.stdout })) {
      const line = Line.parse(JSON.parse(text));
      if ('error' in line) {
        const { code, message, details } = line.error;
        throw new LlmchainError(isErrorCode(code) ? code : 'internal', message, details);
      }
      if ('progress' in line) {
        loss = line.progress.loss;
        onProgress(line.progress);
      }
      if ('model' in line) block = line.model.block;
    }
    if ((await ended) !== 0 || block === undefined)
      throw new LlmchainError('internal', 'The training node ended before it was done; its messages are above.');
    return { loss, block };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
