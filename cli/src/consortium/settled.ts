import { setTimeout as delay } from 'node:timers/promises';
import { LlmchainError } from '@llmchain/protocol';
import { z } from 'zod';
import type { MemberApi } from '../api/member-api';
import type { MemberAccess } from './members';

/** Where a change was committed; every answer to a change says so. */
export const Placed = z.looseObject({ block: z.number().int() });

/**
 * Makes a change at one member and returns when every member has its block: what one member wrote, the next one reads.
 * @throws {LlmchainError} `not_yet_indexed` after 30 s
 */
export async function settled(
  members: readonly MemberAccess[],
  api: MemberApi,
  path: string,
  body: object,
): Promise<void> {
  const { block } = await api.post(path, body, Placed);
  await everywhere(members, block);
}

/** Returns when every member has the block. @throws {LlmchainError} `not_yet_indexed` after 30 s */
export async function everywhere(members: readonly MemberAccess[], block: number): Promise<void> {
  await Promise.all(members.map(({ admin }) => untilHas(admin, block)));
}

async function untilHas(api: MemberApi, block: number): Promise<void> {
  for (let left = 300; ; left--) {
    const { height } = await api.call('GET /v1/ledger/height', {});
    if (height > block) return;
    if (left === 0)
      throw new LlmchainError(
        'not_yet_indexed',
        `The member at ${api.url} has not reached block ${block}; see "llmchain status".`,
        { block, height },
      );
    await delay(100);
  }
}
