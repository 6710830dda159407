import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SHARED_FOLDER } from './shared';

/** Before all scenarios: the folder of what they share. */
export default async function runBegins(): Promise<void> {
  process.env[SHARED_FOLDER] = await mkdtemp(join(tmpdir(), 'llmchain-scenarios-'));
}
