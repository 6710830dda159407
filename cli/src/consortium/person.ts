import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LlmchainError } from '@llmchain/protocol';
import type { Command } from 'commander';
import { MemberApi } from '../api/member-api';
import { createKey, type KeyRequest } from '../commands/key';
import type { Settings } from '../settings';
import type { Terminal } from '../terminal';
import { identifier } from '../values';
import { memberNamed, membersOf, type MemberAccess } from './members';
import { everywhere } from './settled';

/** In whose name a command acts. */
export interface ActingOptions {
  member: string;
  as?: string;
  keyFile?: string;
}

export function addPerson(command: Command, role: string): Command {
  return command
    .requiredOption('--member <name>', 'whose gateway: guild, archive, lab, compute')
    .option('--as <person>', `act as this ${role} of the member; the key is kept in <home>/keys`, identifier)
    .option('--key-file <file>', 'act with the API key in this file');
}

/** Somebody at a member, and how to tell that what they changed has reached everyone. */
export interface Acting {
  member: MemberAccess;
  api: MemberApi;
  /** The person's pseudonym; undefined for the member's administrator. */
  person: string | undefined;
  /** Waits until every member that answers has the block, so that what one wrote the next one reads. */
  settle: (block: number) => Promise<void>;
}

/**
 * Who acts: with `--as` that person, whose key is made where there is none that works; with `--key-file` its holder; else
 * the member's administrator, where the role may be theirs.
 * @param role of a person named with `--as`
 * @param administered whether an administrator may do it, too
 * @throws {LlmchainError} `invalid_argument` | `not_found` | `not_authenticated`
 */
export async function acting(
  { home }: Settings,
  terminal: Terminal,
  options: ActingOptions,
  { role, administered }: { role: KeyRequest['role']; administered: boolean },
): Promise<Acting> {
  const members = await membersOf(home);
  const member = memberNamed(members, options.member);
  const settle = async (block: number): Promise<void> => {
    await everywhere(members, block).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      terminal.line(`Committed in block ${block}, which a member has not indexed yet: ${reason}`);
    });
  };
  if (options.keyFile !== undefined) {
    if (options.as !== undefined) throw new LlmchainError('invalid_argument', 'Give --as or --key-file, not both.');
    const api = new MemberApi(member.admin.url, await keyIn(options.keyFile));
    const { person, role: held } = await api.call('GET /v1/whoami', {});
    return { member, api, person: held === 'admin' ? undefined : (person ?? undefined), settle };
  }
  if (options.as !== undefined)
    return { member, api: await personAt(home, member, role, options.as), person: options.as, settle };
  if (administered) return { member, api: member.admin, person: undefined, settle };
  const message = `Only a ${role} may do this. Say who does it with --as NAME, or give their key with --key-file.`;
  throw new LlmchainError('invalid_argument', message, { role });
}

/** The account that someone pays from and is paid to. */
export function accountOf({ member, person }: Acting): `artist:${string}:${string}` | `member:${string}` {
  return person === undefined ? `member:${member.mspId}` : `artist:${member.mspId}:${person}`;
}

/** With the key that is kept for them; with a new one where there is none or it was taken back. */
async function personAt(
  home: string,
  member: MemberAccess,
  role: KeyRequest['role'],
  name: string,
): Promise<MemberApi> {
  const file = join(home, 'keys', member.name, `${role}-${name}`);
  const kept = await readFile(file, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  if (kept !== undefined) {
    const api = new MemberApi(member.admin.url, kept.trim());
    if (await isKnown(api)) return api;
  }
  const { key } = await createKey(member, { role, name });
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  // A name of its own, and then the right one: whoever reads finds a whole key, whatever was there before.
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, `${key}\n`, { mode: 0o600, flag: 'wx' });
  await rename(draft, file);
  return new MemberApi(member.admin.url, key);
}

async function isKnown(api: MemberApi): Promise<boolean> {
  try {
    await api.call('GET /v1/whoami', {});
    return true;
  } catch (error) {
    if (error instanceof LlmchainError && error.code === 'not_authenticated') return false;
    throw error;
  }
}

async function keyIn(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    const message = `The key file ${file} cannot be read. Make one with "llmchain key create".`;
    throw new LlmchainError('not_found', message, { file }, { cause });
  });
  const key = text.trim();
  if (/^[\x21-\x7e]{1,500}$/.test(key)) return key;
  const message = `${file} does not hold one API key alone, as "llmchain key create" prints it.`;
  throw new LlmchainError('invalid_argument', message, { file });
}
