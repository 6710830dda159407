import { z } from 'zod';
import { canonicalJson } from '../canonical/json';
import { toHex } from '../crypto/hash';
import { LlmchainError } from '../errors/error';
import { merkleRoot } from '../merkle/tree';
import { Account } from '../records/credits';
import type { Share } from '../records/work';

const share = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** One payee's place on the line of shares: from `start`, `share` long. Its Merkle leaf is its canonical JSON. */
export const RoyaltyEntry = z.strictObject({ payee: Account, start: share, share: share.min(1) });
export type RoyaltyEntry = z.infer<typeof RoyaltyEntry>;

/** What one work brings into the pool of a model that was trained on it. */
export interface Contribution {
  /** Who earns by it. */
  shares: readonly Share[];
  /** Tokens of the work in the training data. */
  tokens: number;
  /** Weight that its licence gives it; 100 without one. */
  weight: number;
}

/**
 * Splits a model's artists' pool by weight × tokens of each work, and each work's part by its shares.
 * Payees are in the order of their account names.
 * @throws {LlmchainError} `too_large` when the shares sum to more than 2^53 − 1
 */
export function royaltyTable(contributions: readonly Contribution[]): RoyaltyEntry[] {
  const shares = new Map<Account, number>();
  for (const { shares: held, tokens, weight } of contributions) {
    for (const { holder, share } of held) shares.set(holder, (shares.get(holder) ?? 0) + tokens * weight * share);
  }
  let start = 0;
  const table = [...shares]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([payee, sum]) => {
      const entry = { payee, start, share: sum };
      start += sum;
      return entry;
    });
  if (start > Number.MAX_SAFE_INTEGER) {
    throw new LlmchainError('too_large', 'The datasets hold more weighted tokens than a royalty table can split.');
  }
  return table;
}

export function royaltyTotal(table: readonly RoyaltyEntry[]): number {
  return table.reduce((sum, entry) => sum + entry.share, 0);
}

/** The table's Merkle leaves, in order. */
export function royaltyLeaves(table: readonly RoyaltyEntry[]): string[] {
  return table.map((entry) => canonicalJson(entry));
}

/** RFC 6962 root over the entries, hexadecimal. */
export function royaltyRoot(table: readonly RoyaltyEntry[]): string {
  return toHex(merkleRoot(royaltyLeaves(table)));
}
