import {
  canonicalJson,
  LlmchainError,
  royaltyRoot,
  royaltyTable,
  royaltyTotal,
  type Contribution,
  type RoyaltyEntry,
  type RoyaltyTableRef,
} from '@llmchain/protocol';

/**
 * That a table is what these works give, so that nobody can be left out of it.
 * @returns its entries
 * @throws {LlmchainError} `digest_mismatch` with what it should be; `too_large` as {@link royaltyTable}
 */
export function demandTable(contributions: readonly Contribution[], table: RoyaltyTableRef): readonly RoyaltyEntry[] {
  const entries = royaltyTable(contributions);
  const actual = { root: royaltyRoot(entries), total: royaltyTotal(entries), entries: entries.length };
  const { address: _, ...claimed } = table;
  if (canonicalJson(actual) === canonicalJson(claimed)) return entries;
  throw new LlmchainError(
    'digest_mismatch',
    'The royalty table is not what the works of the datasets give. Compute it again from the pages on the ledger.',
    { actual, claimed },
  );
}
