import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { LlmchainError } from '@llmchain/protocol';
import { Option, type Command } from 'commander';
import { z } from 'zod';
import { carryOut, type Common } from '../carry-out';
import { addSettings } from '../settings';
import type { Terminal } from '../terminal';
import { runProgram } from '../models/worker-program';

interface CalibrateOptions {
  mode?: 'exact' | 'statistical';
  prompts?: string;
  with: string[];
  record?: string;
  machine?: string;
  tokens: string;
  rounds: string;
  sampleRate: string;
  oneFalseAlarmIn: string;
}

const Calibration = z.looseObject({
  mode: z.enum(['exact', 'statistical']),
  verification: z.looseObject({ marginMicro: z.number() }),
  measured: z.looseObject({ answers: z.number(), tokens: z.number() }),
  pairs: z.array(
    z.looseObject({
      worker: z.string(),
      verifier: z.string(),
      answers: z.number(),
      noise: z.number(),
      worst: z.number(),
      short: z.number(),
    }),
  ),
});

const EXAMPLES = `
Examples:
  $ ./llmchain model calibrate smollm2 --json > calibration.json

Two machines, each of whose answers the other verifies; the figures of the last command are for both:
  first$  ./llmchain model calibrate smollm2 --record first.json
  second$ ./llmchain model calibrate smollm2 --with first.json --record second.json
  first$  ./llmchain model calibrate smollm2 --with second.json --json > calibration.json`;

const gather = (file: string, before: string[]): string[] => [...before, file];

/** `model calibrate`: the figures with which a version is verified, as its registration takes them. */
export function registerCalibrate(model: Command): void {
  addSettings(
    model
      .command('calibrate')
      .description(
        'run honest answers over threads, batch sizes, chunks and machines, and print the figures to verify others by',
      ),
  )
    .argument('<folder>', 'a model as workers load it')
    .addOption(
      new Option('--mode <mode>', 'products in eight bits are verified in statistical mode alone').choices([
        'exact',
        'statistical',
      ]),
    )
    .option('--prompts <file>', 'a prompt a line; lines of sonnets when left out')
    .option('--tokens <n>', 'most tokens of an answer', '64')
    .option('--rounds <n>', 'answers to each prompt under each setting', '6')
    .option('--sample-rate <n>', 'of 10,000 receipts so many are re-executed', '10000')
    .option('--one-false-alarm-in <n>', 'honest answers of which the statistical test rejects one at most', '1000000')
    .option('--record <file>', 'write what this machine answered and saw, for another machine to go on from')
    .option('--with <file>', 'what another machine recorded of the same folder; may be given again', gather, [])
    .option('--machine <name>', 'what this machine is called beside others; its processor when left out')
    .addHelpText('after', EXAMPLES)
    .action((folder: string, options: Common & CalibrateOptions) =>
      carryOut(options, (_settings, terminal) => calibrateModel(terminal, folder, options)),
    );
}

async function calibrateModel(terminal: Terminal, folder: string, options: CalibrateOptions): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) {
    throw new LlmchainError('not_found', `There is no folder ${folder}. Check its path.`, { folder });
  }
  const step = terminal.step('calibration');
  try {
    const parameters = [
      resolve(folder),
      ...(options.mode ? ['--mode', options.mode] : []),
      ...(options.prompts ? ['--prompts', resolve(options.prompts)] : []),
      ...options.with.flatMap((file) => ['--with', resolve(file)]),
      ...(options.record ? ['--record', resolve(options.record)] : []),
      ...(options.machine ? ['--machine', options.machine] : []),
      ...['--tokens', options.tokens, '--rounds', options.rounds],
      ...['--sample-rate', options.sampleRate, '--one-false-alarm-in', options.oneFalseAlarmIn],
    ];
    const given = await runProgram('calibrate-main', parameters, (line) => terminal.line(`   ${line}`));
    const calibration = Calibration.parse(given);
    const { mode, measured, pairs, verification } = calibration;
    step.done(`${measured.answers} answers, ${measured.tokens} tokens`);
    const margin = verification.marginMicro / 1_000_000;
    for (const { worker, verifier, answers, noise, worst, short } of pairs) {
      const figures = `${answers} answers, noise ${noise.toPrecision(3)}, ${short} tokens short, by ${worst.toPrecision(3)} at most`;
      terminal.line(`   ${worker === verifier ? worker : `${worker} → ${verifier}`}: ${figures}`);
    }
    terminal.result(calibration, `${mode} mode, margin ${margin} logits:\n${JSON.stringify(verification)}`);
  } catch (error) {
    step.fail(error);
    throw error;
  }
}
