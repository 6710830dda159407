import {
  canonicalJson,
  LlmchainError,
  partOfLine,
  verifyInclusion,
  type Account,
  type InclusionProof,
  type RoyaltyEntry,
  type RoyaltyTableRef,
  type Settlement,
} from '@llmchain/protocol';

/**
 * That the entry stands in a royalty table, of a model version or of a reward, and names the payee.
 * @param table undefined for a version from outside, by which no artist earns
 * @throws {LlmchainError} `invalid_argument` | `digest_mismatch`
 */
export function demandEntry(
  payee: Account,
  table: RoyaltyTableRef | undefined,
  entry: RoyaltyEntry | undefined,
  proof: InclusionProof | undefined,
): void {
  if (!table) {
    if (!entry && !proof && !payee.startsWith('artist:')) return;
    throw new LlmchainError(
      'invalid_argument',
      `The version comes from outside and has no artists' pool; ${payee} does not earn by an entry of it.`,
      { payee },
    );
  }
  if (!entry || !proof) {
    if (entry || proof || payee.startsWith('artist:')) {
      throw new LlmchainError(
        'invalid_argument',
        `${payee} claims from the artists' pool: send its entry in the royalty table and the proof of it.`,
        { payee, table: table.address },
      );
    }
    return;
  }
  if (entry.payee !== payee)
    throw new LlmchainError('invalid_argument', `The entry names ${entry.payee}, not ${payee}.`, { payee });
  if (proof.count !== table.entries || !verifyInclusion(canonicalJson(entry), proof, table.root)) {
    throw new LlmchainError(
      'digest_mismatch',
      'The proof does not lead to the root of the royalty table. Take the table from its address.',
      { root: table.root, table: table.address },
    );
  }
}

/** What one settled batch owes to a payee. @param table that of its model version, where it has one */
export function owed(
  settlement: Settlement,
  payee: Account,
  entry: RoyaltyEntry | undefined,
  table: Pick<RoyaltyTableRef, 'total'> | undefined,
): number {
  const parts = settlement.parts.reduce((sum, part) => (part.account === payee ? sum + part.amount : sum), 0);
  return parts + (entry && table ? partOfLine(settlement.pool, entry.start, entry.share, table.total) : 0);
}
