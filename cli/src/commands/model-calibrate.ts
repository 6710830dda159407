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
  tokens: string;
  rounds: string;
  sampleRate: string;
  oneFalseAlarmIn: string;
}

const Calibration = z.looseObject({
  mode: z.enum(['exact', 'statistical']),
  verification: z.looseObject({ marginMicro: z.number() }),
  measured: z.looseObject({ answers: z.number(), tokens: z.number() }),
});

/** `model calibrate`: the figures with which a version is verified, as its registration takes them. */
export function registerCalibrate(model: Command): void {
  addSettings(
    model
      .command('calibrate')
      .description(
        'run honest answers over threads, batch sizes and chunks, and print the figures to verify others by',
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
    .addHelpText('after', '\nExample:\n  $ ./llmchain model calibrate smollm2 --json > calibration.json')
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
    const given = await runProgram('calibrate-main', [
      resolve(folder),
      ...(options.mode ? ['--mode', options.mode] : []),
      ...(options.prompts ? ['--prompts', resolve(options.prompts)] : []),
      ...['--tokens', options.tokens, '--rounds', options.rounds],
      ...['--sample-rate', options.sampleRate, '--one-false-alarm-in', options.oneFalseAlarmIn],
    ]);
    const calibration = Calibration.parse(given);
    const { mode, measured, verification } = calibration;
    step.done(`${measured.answers} answers, ${measured.tokens} tokens`);
    const margin = verification.marginMicro / 1_000_000;
    terminal.result(calibration, `${mode} mode, margin ${margin} logits:\n${JSON.stringify(verification)}`);
  } catch (error) {
    step.fail(error);
    throw error;
  }
}
