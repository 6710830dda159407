import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DatasetRef, decode, LlmchainError, ModelRef } from '@llmchain/protocol';
import { POET_SETTINGS } from './local/poet-settings';
import { Gateway } from './node/gateway';
import { TrainingRun } from './node/training-run';

const USAGE = `Usage: main.js --gateway URL --key-file FILE --job ID --dataset NAME@VERSION --model NAME@VERSION --title TEXT [--seed N] [--steps N] [--threads N]`;

function reference(text: string | undefined, name: 'dataset' | 'model'): unknown {
  const [id, version] = (text ?? '').split('@');
  return { [name]: id, version: Number(version) };
}

/** Trains a model and registers it; progress and the result are lines of JSON on standard output. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: Object.fromEntries(
      ['gateway', 'key-file', 'job', 'dataset', 'model', 'title', 'seed', 'steps', 'threads'].map((name) => [
        name,
        { type: 'string' as const },
      ]),
    ),
  });
  const text = (name: string): string => {
    const value = values[name];
    if (typeof value !== 'string' || value === '')
      throw new LlmchainError('invalid_argument', `--${name} is missing. ${USAGE}`, { option: name });
    return value;
  };
  const tell = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
  const gateway = new Gateway({ url: text('gateway'), key: (await readFile(text('key-file'), 'utf8')).trim() });
  const folder = await mkdtemp(join(tmpdir(), 'llmchain-model-'));
  try {
    const run = new TrainingRun({ gateway, onProgress: (progress) => tell({ progress }) });
    const model = await run.carryOut({
      job: text('job'),
      dataset: decode(DatasetRef, reference(values.dataset, 'dataset'), '--dataset'),
      model: decode(ModelRef, reference(values.model, 'model'), '--model'),
      title: text('title'),
      seed: Number(values.seed ?? 1),
      threads: Number(values.threads ?? 1),
      settings: { ...POET_SETTINGS, ...(values.steps === undefined ? {} : { steps: Number(values.steps) }) },
      folder,
    });
    tell({ model });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  const failure =
    error instanceof LlmchainError ? error.toJSON() : { code: 'internal', message: String(error), details: {} };
  process.stdout.write(`${JSON.stringify({ error: failure })}\n`);
  process.exitCode = 1;
});
