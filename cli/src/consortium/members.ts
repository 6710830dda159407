import { readFile } from 'node:fs/promises';
import { describe, type MemberName } from '@llmchain/network';
import { LlmchainError } from '@llmchain/protocol';
import { MemberApi } from '../api/member-api';

export interface MemberAccess {
  name: MemberName;
  mspId: string;
  /** Ids of its workers on the ledger. */
  workers: readonly string[];
  /** The member's gateway in the name of its administrator. */
  admin: MemberApi;
}

/** The members of the consortium in a home, as their administrators. @throws {NetworkError} `home_invalid` */
export async function membersOf(home: string): Promise<MemberAccess[]> {
  const { members } = await describe(home);
  return Promise.all(
    members.map(async ({ name, mspId, workers, gateway, adminKey }) => ({
      name,
      mspId,
      workers,
      admin: new MemberApi(gateway, (await readFile(adminKey, 'utf8')).trim()),
    })),
  );
}

/** @throws {LlmchainError} `not_found` naming the members there are */
export function memberNamed(members: readonly MemberAccess[], name: string): MemberAccess {
  const found = members.find((member) => member.name === name);
  if (found) return found;
  throw new LlmchainError(
    'not_found',
    `There is no member ${name}; the members are ${members.map((member) => member.name).join(', ')}.`,
    { member: name },
  );
}
