import {
  canonicalJson,
  LlmchainError,
  merkleRoot,
  PAGE_ITEMS,
  rootOfHashes,
  fromHex,
  toHex,
  type DatasetItem,
  type DatasetPage,
} from '@llmchain/protocol';

/** Root over one page's items, hexadecimal. */
export function pageRoot(items: readonly DatasetItem[]): string {
  return toHex(merkleRoot(items.map((item) => canonicalJson(item))));
}

/**
 * Items of a page rise strictly by digest: so no item stands twice, and absence can be shown by two neighbours.
 * @throws {LlmchainError} `invalid_argument` with the place
 */
export function demandOrder(items: readonly DatasetItem[]): void {
  const at = items.findIndex((item, index) => index > 0 && item.digest <= items[index - 1]!.digest);
  if (at < 0) return;
  throw new LlmchainError('invalid_argument', `Items must rise by digest without repetition; item ${at} does not.`, {
    issues: [{ pointer: `/items/${at}/digest`, message: 'must be greater than the digest before it' }],
  });
}

/**
 * That pages are one list: every page but the last full, digests rising over the joints, and the root as claimed.
 * @throws {LlmchainError} `invalid_argument`, `digest_mismatch`
 */
export function demandWhole(pages: readonly DatasetPage[], root: string): void {
  pages.forEach((page, index) => {
    const before = pages[index - 1]?.items.at(-1);
    if (before && page.items[0]!.digest <= before.digest) {
      throw new LlmchainError(
        'invalid_argument',
        `Page ${index} does not rise above page ${index - 1}. Sort all items by digest before paging.`,
        { page: index },
      );
    }
    if (index < pages.length - 1 && page.items.length !== PAGE_ITEMS) {
      throw new LlmchainError(
        'invalid_argument',
        `Page ${index} has ${page.items.length} items; every page but the last holds ${PAGE_ITEMS}.`,
        { page: index },
      );
    }
  });
  const actual = toHex(rootOfHashes(pages.map((page) => fromHex(page.root))));
  if (actual !== root) {
    throw new LlmchainError(
      'digest_mismatch',
      'The root is not that of the pages on the ledger. Compute it over the items as they were sent.',
      { claimed: root, actual },
    );
  }
}
