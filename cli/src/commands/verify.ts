import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { GROUNDS, rootsFrom, verifyEvidence, type Roots, type Verification } from '@llmchain/evidence';
import { LlmchainError } from '@llmchain/protocol';
import type { Settings } from '../settings';
import type { Terminal } from '../terminal';

/** Longest bundle that is read, bytes: some fifteen times that of the largest dataset version that is proven whole. */
const LONGEST = 64 * 1024 * 1024;

/**
 * Reads a folder with the members' root certificates (`<MSP id>.ca.pem`) and the genesis block's hash (`genesis.sha256`).
 * @throws {LlmchainError} `not_found` | `invalid_argument` naming the folder and what is wrong with it
 */
export async function readRoots(folder: string): Promise<Roots> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (cause) {
    throw new LlmchainError(
      'not_found',
      `There is no folder ${folder}. Name the folder with genesis.sha256 and the members' certificates by --roots.`,
      { roots: folder },
      { cause },
    );
  }
  try {
    return await rootsFrom(names, (name) => readFile(join(folder, name), 'utf8'));
  } catch (error) {
    if (!(error instanceof LlmchainError)) throw error;
    throw new LlmchainError(error.code, `${folder}: ${error.message}`, { ...error.details, roots: folder });
  }
}

/** @throws {LlmchainError} `not_found` | `invalid_argument` | `too_large` */
async function readText(file: string): Promise<string> {
  const bytes = await readBytes(file);
  try {
    // Bytes that are not UTF-8 would be mended silently.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new LlmchainError('invalid_argument', `${file} is not text: evidence is JSON in UTF-8.`, { file }, { cause });
  }
}

async function readBytes(file: string): Promise<Uint8Array> {
  // Looked at before it is opened: opening a pipe would wait for whoever writes to it.
  const found = await stat(file).catch((cause: unknown) => unreadable(file, cause));
  if (!found.isFile()) {
    throw new LlmchainError('invalid_argument', `${file} is not a file. Name the file that the gateway gave.`, {
      file,
    });
  }
  if (found.size > LONGEST) {
    throw new LlmchainError('too_large', `${file} has ${found.size} bytes; evidence has at most ${LONGEST}.`, {
      file,
      bytes: found.size,
      limit: LONGEST,
    });
  }
  return readFile(file).catch((cause: unknown) => unreadable(file, cause));
}

function unreadable(file: string, cause: unknown): never {
  const { code = 'unknown' } = cause as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR')
    throw new LlmchainError('not_found', `There is no file ${file}. Check the name.`, { file }, { cause });
  throw new LlmchainError('invalid_argument', `${file} cannot be read (${code}).`, { file }, { cause });
}

/** The steps for a person: what each found, and at its first use what its ground is. */
function described({ ok, proves, gaps, steps }: Verification): string {
  const width = Math.max(...steps.map(({ name }) => name.length));
  const lines = steps.map(
    (step) => ` ${step.ok ? '✔' : '✘'} ${step.name.padEnd(width)}  ${step.detail}   [${step.rests}]`,
  );
  const grounds = [...new Set(steps.map(({ rests }) => rests))];
  const longest = Math.max(...grounds.map((ground) => ground.length));
  lines.push('', 'What the steps rest on:');
  for (const ground of grounds) lines.push(`   ${ground.padEnd(longest)}  ${GROUNDS[ground]}`);
  const failed = steps.find((step) => !step.ok);
  lines.push(
    '',
    ok
      ? `Every step holds. The file proves that ${proves ?? ''}.`
      : `Refused at the step "${failed?.name ?? ''}": ${failed?.detail ?? ''}.`,
    ...(gaps.length > 0 ? [`Gaps: ${gaps.join(', ')}`] : []),
  );
  return lines.join('\n');
}

/**
 * Checks an evidence bundle with files alone.
 * @returns whether it proves what it states
 */
export async function verifyCommand(
  settings: Settings,
  terminal: Terminal,
  file: string,
  options: { roots?: string },
): Promise<boolean> {
  const roots = await readRoots(options.roots ?? join(settings.home, 'roots'));
  const verification = verifyEvidence(await readText(file), roots, { at: Date.now() });
  const failed = verification.steps.find((step) => !step.ok);
  terminal.result({ ...verification, failed: failed?.name ?? null }, described(verification));
  return verification.ok;
}
