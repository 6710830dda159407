import { access, constants, readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { LlmchainError, type Verification } from '@llmchain/protocol';
import { z } from 'zod';
import { calibrate, identity } from './calibration/calibrate';
import { MachineName, readRecord } from './calibration/record';
import { writeDurably } from './files/durable';
import { clearFolder } from './files/model-files';
import { REFERENCE, ServableModel } from './models/servable-model';
import { unregistered } from './models/unregistered';

const Options = z.strictObject({
  mode: z.enum(['exact', 'statistical']).optional(),
  prompts: z.string().optional(),
  with: z.array(z.string()).max(100),
  record: z.string().optional(),
  machine: MachineName,
  tokens: z.coerce.number().int().min(1).max(4_096),
  rounds: z.coerce.number().int().min(1).max(10_000),
  'sample-rate': z.coerce.number().int().min(1).max(10_000),
  'one-false-alarm-in': z.coerce
    .number()
    .int()
    .min(100)
    .max(10 ** 12),
});

const THREADS = [1, 2];
/** Of the sonnets of Shakespeare, in the public domain. */
const PROMPTS = [
  'Shall I compare thee to a summer’s day?',
  'When to the sessions of sweet silent thought',
  'My mistress’ eyes are nothing like the sun;',
  'Let me not to the marriage of true minds',
];

/** `calibrate-main.js FOLDER --tokens N …`; the last line on standard output is JSON, a calibration or a failure. */
async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    options: {
      mode: text,
      prompts: text,
      with: { ...text, multiple: true, default: [] },
      record: text,
      machine: { ...text, default: thisMachine() },
      tokens: { ...text, default: '64' },
      rounds: { ...text, default: '6' },
      'sample-rate': { ...text, default: '10000' },
      'one-false-alarm-in': { ...text, default: '1000000' },
    },
    allowPositionals: true,
  });
  const opened: { threads: number; model: ServableModel }[] = [];
  try {
    const [folder] = positionals;
    const parsed = Options.safeParse(values);
    if (folder === undefined || !parsed.success) {
      throw new LlmchainError('invalid_argument', 'Name the folder of a model, and numbers within their limits.');
    }
    const options = parsed.data;
    const mode = options.mode ?? ((await has(folder, REFERENCE)) ? 'statistical' : 'exact');
    const loose: Verification = {
      marginMicro: 0,
      sampleRate: 1,
      ...(mode === 'statistical'
        ? { statistical: { clipMicro: 1, meanMicro: 0, deviationMicro: 0, oneFalseAlarmIn: 100 } }
        : {}),
    };
    const precision = (await has(folder, REFERENCE)) ? 'int8' : 'fp32';
    if (precision === 'int8' && mode === 'exact') {
      throw new LlmchainError('invalid_argument', 'Products in eight bits are verified in statistical mode alone.');
    }
    const version = await unregistered(folder, { precision, verification: loose });
    const records = await Promise.all(options.with.map((file) => readRecord(file, identity(version))));
    // Minutes of computing are not to end at a path that cannot be written.
    if (options.record !== undefined) await writable(options.record);
    for (const threads of THREADS) {
      opened.push({
        threads,
        model: await ServableModel.load(clearFolder(folder), version, { provider: 'cpu', threads }),
      });
    }
    const prompts = options.prompts === undefined ? PROMPTS : await lines(options.prompts);
    const { tokens, rounds, machine, 'sample-rate': sampleRate, 'one-false-alarm-in': oneFalseAlarmIn } = options;
    const { calibration, record } = await calibrate(
      opened,
      { mode, prompts, tokens, rounds, sampleRate, oneFalseAlarmIn, machine, records },
      (answers, by) => void process.stderr.write(`${answers} answers of ${by}\n`),
    );
    if (options.record !== undefined) await writeDurably(options.record, JSON.stringify(record));
    process.stdout.write(`${JSON.stringify({ precision, mode, ...calibration })}\n`);
  } catch (error) {
    const failure =
      error instanceof LlmchainError
        ? error
        : new LlmchainError('internal', 'The calibration failed.', {}, { cause: error });
    process.stdout.write(`${JSON.stringify(failure)}\n`);
    process.exitCode = 1;
  } finally {
    for (const { model } of opened) await model.close();
  }
}

const has = (folder: string, file: string): Promise<boolean> =>
  access(path.join(folder, file)).then(
    () => true,
    () => false,
  );

/** The processor's name and architecture, by which kernels are picked. */
const thisMachine = (): string => `${os.cpus()[0]?.model.trim() ?? 'unknown'}, ${process.arch}`;

async function writable(file: string): Promise<void> {
  await access(path.dirname(file), constants.W_OK).catch((cause: unknown) => {
    const message = `The record cannot be written to ${file}. Name a file in a folder that you may write to.`;
    throw new LlmchainError('invalid_argument', message, { file }, { cause });
  });
}

async function lines(file: string): Promise<string[]> {
  const found = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new LlmchainError('not_found', `There is no file ${file}. Check its path.`, { file }, { cause });
  });
  const all = found.split('\n').filter((line) => line.trim() !== '');
  if (all.length === 0) throw new LlmchainError('invalid_argument', `${file} has no line with a prompt.`, { file });
  return all;
}

void main();
