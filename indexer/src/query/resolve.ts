import { LlmchainError } from '@llmchain/protocol';
import type { Database } from '../store/tables';
import { holdsAt } from './as-of';

const ACCOUNT = /^(?:artist|member):/;
const RECEIPT = /^[0-9a-f]{64}$/;
const SHORT = /^(?:(?<type>[a-z]+):)?(?<name>[^@]+)(?:@(?<version>[1-9]\d{0,8}))?$/;

/** What a caller's id stands for. */
export interface Resolved {
  id: string;
  type: 'node' | 'account' | 'receipt';
}

/**
 * Finds what an id means at a block: a full id, or a short form of one (`poet@1`, `dataset:sonnets`, `poet` for its
 * latest version).
 * @returns undefined when there is no such thing
 * @throws {LlmchainError} `invalid_argument` with `details.candidates` when several things go by that name
 */
export async function resolve(db: Database, id: string, block: number): Promise<Resolved | undefined> {
  if (ACCOUNT.test(id)) return (await hasAccount(db, id, block)) ? { id, type: 'account' } : undefined;
  const candidates = await named(db, id, block);
  const exact = candidates.find((candidate) => candidate === id) ?? candidates[0];
  if (exact !== undefined && (exact === id || candidates.length === 1)) return { id: exact, type: 'node' };
  if (exact === undefined) {
    return RECEIPT.test(id) && (await hasReceipt(db, id)) ? { id, type: 'receipt' } : undefined;
  }
  throw new LlmchainError('invalid_argument', `"${id}" may be any of ${candidates.join(', ')}. Ask for one of them.`, {
    candidates,
  });
}

/** Ids of what goes by this name, of each type the latest version. */
async function named(db: Database, id: string, block: number): Promise<string[]> {
  const { type, name, version } = SHORT.exec(id)?.groups ?? {};
  const rows = await db
    .selectFrom('node')
    .select('id')
    .distinctOn('type')
    .where(holdsAt(block))
    .where((where) =>
      where.or([
        where('id', '=', id),
        ...(name === undefined
          ? []
          : [
              where.and([
                where('name', '=', name),
                ...(type === undefined ? [] : [where('type', '=', type)]),
                ...(version === undefined ? [] : [where('version', '=', Number(version))]),
              ]),
            ]),
      ]),
    )
    .orderBy('type')
    .orderBy('version', (order) => order.desc().nullsLast())
    .execute();
  return rows.map((row) => row.id);
}

async function hasAccount(db: Database, id: string, block: number): Promise<boolean> {
  const row = await db
    .selectFrom('edge')
    .select('k')
    .where('to_id', '=', id)
    .where(holdsAt(block))
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

async function hasReceipt(db: Database, id: string): Promise<boolean> {
  return (await db.selectFrom('receipt').select('id').where('id', '=', id).executeTakeFirst()) !== undefined;
}
