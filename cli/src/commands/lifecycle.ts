import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Consortium } from '@llmchain/network';
import type { Settings } from '../settings';
import type { Terminal } from '../terminal';

function consortium(settings: Settings, terminal: Terminal): Consortium {
  return new Consortium({ home: settings.home, portBase: settings.portBase }, { report: terminal });
}

export async function downCommand(settings: Settings, terminal: Terminal): Promise<void> {
  await consortium(settings, terminal).down();
  terminal.result({ stopped: true }, 'Stopped. All data are kept; "llmchain up" goes on with them.');
}

export async function resetCommand(settings: Settings, terminal: Terminal): Promise<void> {
  await consortium(settings, terminal).reset();
  terminal.result({ removed: settings.home }, `Stopped, and removed ${settings.home}.`);
}

export async function logsCommand(settings: Settings, terminal: Terminal, name: string): Promise<void> {
  const file = await consortium(settings, terminal).logs(name);
  if (terminal.json) terminal.result({ name, file });
  else await pipeline(createReadStream(file), process.stdout, { end: false });
}
