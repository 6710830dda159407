import { canonicalJson, leafHash, MerkleTree, PAGE_ITEMS, toHex, type DatasetItem } from '@llmchain/protocol';
import type { PlacedItem } from '../bundle/schema';

/** One page of a dataset version's items, hashed once for any number of proofs. */
export class ItemPage {
  readonly #tree: MerkleTree;

  /** @param items rising by digest, at least one */
  constructor(readonly items: readonly DatasetItem[]) {
    this.#tree = new MerkleTree(items.map((item) => leafHash(canonicalJson(item))));
  }

  /** Root over the items, hexadecimal. */
  get root(): string {
    return toHex(this.#tree.root);
  }

  get first(): string {
    return this.items[0]!.digest;
  }

  /** Where the first item stands whose digest is not smaller; the number of items where all are smaller. */
  position(digest: string): number {
    let [from, to] = [0, this.items.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.items[middle]!.digest < digest) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  /**
   * An item with its path to the version's root.
   * @param position on this page
   * @param within the version: this page's index, the tree over all pages' roots, the number of all items
   * @throws {RangeError} when there is no such item
   */
  placed(position: number, within: { page: number; pages: MerkleTree; count: number }): PlacedItem {
    const path = [...this.#tree.path(position), ...within.pages.path(within.page)];
    return {
      item: this.items[position]!,
      inclusion: { index: within.page * PAGE_ITEMS + position, count: within.count, path: path.map(toHex) },
    };
  }
}
