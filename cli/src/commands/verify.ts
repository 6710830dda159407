import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { verifyEvidence, type Roots } from '@llmchain/evidence';
import { LlmchainError } from '@llmchain/protocol';
import type { Settings } from '../settings';
import type { Terminal } from '../terminal';

const CERTIFICATE = /^(?<member>[A-Za-z][A-Za-z0-9.-]*)\.ca\.pem$/;

/** Reads the members' root certificates (`<MSP id>.ca.pem`) and the genesis block's hash (`genesis.sha256`). */
export async function readRoots(folder: string): Promise<Roots> {
  try {
    const genesis = (await readFile(join(folder, 'genesis.sha256'), 'utf8')).trim();
    const authorities = new Map<string, string>();
    for (const name of await readdir(folder)) {
      const member = CERTIFICATE.exec(name)?.groups?.['member'];
      if (member !== undefined) authorities.set(member, await readFile(join(folder, name), 'utf8'));
    }
    return { genesis, authorities };
  } catch (cause) {
    throw new LlmchainError(
      'not_found',
      `${folder} holds no roots: name the folder with genesis.sha256 and the members' certificates by --roots.`,
      { roots: folder },
      { cause },
    );
  }
}

async function readText(file: string): Promise<string> {
  try {
    // Bytes that are not UTF-8 would be mended silently.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readFile(file));
  } catch (cause) {
    throw new LlmchainError('not_found', `${file} cannot be read as text. Check the name.`, { file }, { cause });
  }
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
  const { ok, steps } = verifyEvidence(await readText(file), roots, { at: Date.now() });
  const width = Math.max(...steps.map(({ name }) => name.length));
  const lines = steps.map(
    (step) => ` ${step.ok ? '✔' : '✘'} ${step.name.padEnd(width)}  ${step.detail}   (rests on: ${step.rests})`,
  );
  const failed = steps.find((step) => !step.ok);
  lines.push(
    failed ? `Refused at the step "${failed.name}": ${failed.detail}.` : 'Every step holds: the file proves it.',
  );
  terminal.result({ ok, steps }, lines.join('\n'));
  return ok;
}
