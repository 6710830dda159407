import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { isMissing } from '../files';
import { childrenOf } from '../processes/memory';
import { processesUnder } from '../processes/proc';
import { isAlive, type ProcessState } from '../processes/state';
import type { Layout } from '../topology/layout';
import { bad, good, type Check } from './check';

/** Names of files that hold nothing but secrets. */
const SECRET = /\.(key|json|url|password|db)$|_sk$/;

/** What processes that ended by themselves, or lost their parents' memory of them, have left. */
export function checkLeftovers(layout: Layout, state: ProcessState): Check {
  const known = state.all();
  const dead = known.filter((process) => !isAlive(process));
  if (dead.length > 0)
    return bad(
      'leftovers',
      `${dead.map(({ name }) => name).join(', ')} ended without being told to`,
      'run "llmchain up", which starts them again; "llmchain logs NAME" may say why they ended',
    );
  const ours = withDescendants(known.map(({ pid }) => pid));
  const strangers = processesUnder(layout.home).filter((pid) => !ours.has(pid));
  if (strangers.length > 0)
    return bad(
      'leftovers',
      `process ${strangers.join(', ')} works in ${layout.home} but is not known as one of the consortium's`,
      'end it if it is none of yours',
    );
  return good('leftovers', known.length === 0 ? 'nothing runs' : `${known.length} processes, all alive`);
}

/** Whether the home and the secrets in it are closed to other users. */
export async function checkPermissions(layout: Layout): Promise<Check> {
  const found = await stat(layout.home);
  const open: string[] = (found.mode & 0o077) === 0 && found.uid === process.getuid?.() ? [] : [layout.home];
  for (const folder of [layout.members, layout.services.folder, layout.certificateAuthority])
    open.push(...(await readableSecrets(folder)));
  if (open.length === 0) return good('permissions', `${layout.home} and the secrets in it are closed to others`);
  const names = open.slice(0, 5).join(', ');
  return bad(
    'permissions',
    `${names}${open.length > 5 ? ` and ${open.length - 5} more` : ''} can be read by others`,
    `run: chmod 700 ${layout.home}; chmod 600 the files named`,
  );
}

/** Files with secrets that others could read if they could enter the folder. */
async function readableSecrets(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true }).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  const open = await Promise.all(
    names.map(async (name) => {
      const file = path.join(folder, name);
      const found = await stat(file).catch(() => undefined);
      if (found?.isFile() !== true || (found.mode & 0o077) === 0) return [];
      return SECRET.test(name) || (await readFile(file, 'utf8')).includes('PRIVATE KEY') ? [file] : [];
    }),
  );
  return open.flat();
}

function withDescendants(pids: readonly number[]): Set<number> {
  const children = childrenOf();
  const all = new Set<number>();
  const add = (pid: number): void => {
    all.add(pid);
    for (const child of children.get(pid) ?? []) add(child);
  };
  pids.forEach(add);
  return all;
}
