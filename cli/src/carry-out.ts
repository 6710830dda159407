import { failureOf } from './failure';
import { settingsOf, type Settings } from './settings';
import { Terminal } from './terminal';

/** Options of every command, as commander gives them. */
export interface Common {
  home: string;
  portBase?: number;
  json: boolean;
}

/** Runs a command: its failure is told as the product's errors are, and sets the exit code. */
export async function carryOut(
  common: Common,
  command: (settings: Settings, terminal: Terminal) => Promise<unknown>,
): Promise<void> {
  const settings = settingsOf(common);
  const terminal = new Terminal(settings.json);
  try {
    if ((await command(settings, terminal)) === false) process.exitCode = 1;
  } catch (error) {
    const failure = failureOf(error);
    process.stderr.write(`llmchain: ${failure.message} (${failure.code})\n`);
    if (settings.json) process.stdout.write(`${JSON.stringify({ error: failure })}\n`);
    process.exitCode = 1;
  }
}
