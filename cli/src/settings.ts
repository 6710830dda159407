import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { DEFAULT_PORT_BASE } from '@llmchain/network';
import { InvalidArgumentError, Option, type Command } from 'commander';

/** What every command takes. */
export interface Settings {
  home: string;
  /** Undefined where it was not given: an existing home keeps its own. */
  portBase: number | undefined;
  json: boolean;
}

/** A first port, from the command line. */
export function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1024 || value > 65_000)
    throw new InvalidArgumentError('must be a whole number from 1024 to 65000.');
  return value;
}

export function addSettings(command: Command): Command {
  return command
    .addOption(
      new Option('--home <dir>', 'folder of the consortium').default(join(homedir(), '.llmchain')).env('LLMCHAIN_HOME'),
    )
    .option('--port-base <n>', `first of the ports (default ${DEFAULT_PORT_BASE})`, port)
    .option('--json', 'print one JSON object as the last line of standard output', false);
}

export function settingsOf(options: { home: string; portBase?: number; json: boolean }): Settings {
  return { home: resolve(options.home), portBase: options.portBase, json: options.json };
}
