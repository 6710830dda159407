import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { SHARED_FOLDER, SHARED_HOME, SHARED_PORTS } from './shared';

const MAIN = resolve(__dirname, '../../../cli/dist/main.js');

/** After all scenarios: stops and removes what they shared. */
export default async function runEnds(): Promise<void> {
  const folder = process.env[SHARED_FOLDER];
  if (folder === undefined) return;
  const home = join(folder, SHARED_HOME);
  const options = ['--home', home, '--port-base', String(SHARED_PORTS), '--json'];
  if (existsSync(home)) await promisify(execFile)(process.execPath, [MAIN, 'reset', ...options]);
  await rm(folder, { recursive: true, force: true });
}
