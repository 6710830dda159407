import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { LlmchainError } from '@llmchain/protocol';
import { z } from 'zod';
import type { Benchmark } from './benchmark';
import { Consortium } from './consortium';
import { Samples } from './figures';
import { batchMemory } from './batch-memory';
import { content } from './content';
import { dataset } from './dataset';
import { datasetSeal } from './dataset-seal';
import { decode } from './decode';
import { detect } from './detect/detect';
import { ledger } from './ledger';
import { ledgerHotkey } from './ledger-hotkey';
import { ledgerLatency } from './ledger-latency';
import { ledgerReceipts } from './ledger-receipts';
import { load, machine } from './machine';
import { outcomes, ratioOf, table, type Report } from './report';
import { receipts } from './receipts';
import { requests } from './requests';
import { stream } from './stream';
import { similar } from './similar';
import { phash } from './phash';
import { up } from './up';
import { verify } from './verify';
import { workerOverhead } from './worker-overhead';

const RESULTS = resolve(__dirname, '../results');

const BENCHMARKS: ReadonlyMap<string, Benchmark> = new Map([
  ['up', up],
  ['ledger', ledger],
  ['batch-memory', batchMemory],
  ['content', content],
  ['dataset', dataset],
  ['dataset-seal', datasetSeal],
  ['decode', decode],
  ['detect', detect],
  ['verify', verify],
  ['ledger-hotkey', ledgerHotkey],
  ['ledger-latency', ledgerLatency],
  ['ledger-receipts', ledgerReceipts],
  ['receipts', receipts],
  ['requests', requests],
  ['stream', stream],
  ['worker-overhead', workerOverhead],
  ['similar', similar],
  ['phash', phash],
]);

const Options = z.strictObject({
  home: z.string().min(1).optional(),
  'port-base': z.coerce.number().int().min(1024).max(65_000).optional(),
  rounds: z.coerce.number().int().min(1).max(1_000).optional(),
  smoke: z.boolean().default(false),
  long: z.boolean().default(false),
  json: z.boolean().default(false),
});

function named(name: string | undefined): [string, Benchmark] {
  const benchmark = BENCHMARKS.get(name ?? '');
  if (name !== undefined && benchmark) return [name, benchmark];
  const names = [...BENCHMARKS.keys()];
  throw new LlmchainError('not_supported', `There is no benchmark "${name ?? ''}"; there are ${names.join(', ')}.`, {
    names,
  });
}

async function measure(
  [name, benchmark]: [string, Benchmark],
  options: z.output<typeof Options>,
  say: (text: string) => void,
): Promise<Report> {
  const { smoke, long } = options;
  const rounds = smoke ? 1 : (options.rounds ?? benchmark.rounds);
  const before = load();
  const samples = new Samples();
  const consortium = await Consortium.at(options.home, options['port-base']);
  const interrupted = (): void => void consortium.end().finally(() => process.exit(130));
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    await benchmark.run({ consortium, samples, rounds, smoke, long, say });
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    await consortium.end();
  }
  const arms = samples.figures();
  const ratio = ratioOf(benchmark.ratio, arms);
  return { name, arms, ratio, rounds, smoke, goals: outcomes(benchmark.goals, arms), machine: machine(before) };
}

async function keep(report: Report): Promise<string> {
  await mkdir(RESULTS, { recursive: true });
  const file = join(RESULTS, `${report.name}-${report.machine.date.replaceAll(':', '')}.json`);
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
  return file;
}

/** `main.js NAME [--smoke] [--long] [--rounds N] [--home DIR] [--port-base N] [--json]` */
async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values, positionals } = parseArgs({
    options: { home: text, 'port-base': text, rounds: text, smoke: flag, long: flag, json: flag },
    allowPositionals: true,
  });
  const options = Options.parse(values);
  const people = options.json ? process.stderr : process.stdout;
  try {
    const report = await measure(named(positionals[0]), options, (line) => people.write(`   ${line}\n`));
    const file = await keep(report);
    people.write(`\n${table(report)}\n   ${file}\n`);
    if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  } catch (error) {
    const { code, message, details } =
      error instanceof LlmchainError ? error : new LlmchainError('internal', String(error));
    people.write(`llmchain: ${message} (${code})\n`);
    if (options.json) process.stdout.write(`${JSON.stringify({ error: { code, message, details } })}\n`);
    process.exitCode = 1;
  }
}

void main();
