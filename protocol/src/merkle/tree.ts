import { sha256Bytes } from '../crypto/hash';

/**
 * Merkle trees as in RFC 6962, section 2.1: SHA-256, leaves prefixed with 0x00 and nodes with 0x01, the left subtree
 * always the largest power of two smaller than the number of leaves. Hashes are 32 bytes.
 */

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

export function leafHash(leaf: Uint8Array | string): Uint8Array {
  return sha256Bytes(LEAF, leaf);
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256Bytes(NODE, left, right);
}

/** The largest power of two smaller than `count` (`count` ≥ 2). */
function split(count: number): number {
  let size = 1;
  while (size * 2 < count) size *= 2;
  return size;
}

/**
 * Root over hashes of leaves, or over roots of equally large full subtrees (all but the last, which may be smaller):
 * pages of 1,024 items are such subtrees, so the root over the pages' roots is the root over all items.
 */
export function rootOfHashes(hashes: readonly Uint8Array[]): Uint8Array {
  if (hashes.length === 0) return sha256Bytes();
  if (hashes.length === 1) return hashes[0]!;
  const middle = split(hashes.length);
  return nodeHash(rootOfHashes(hashes.slice(0, middle)), rootOfHashes(hashes.slice(middle)));
}

/** Root over the leaves' contents. */
export function merkleRoot(leaves: readonly (Uint8Array | string)[]): Uint8Array {
  return rootOfHashes(leaves.map(leafHash));
}

/**
 * A tree that is kept, for many paths: each level is the one below it hashed in pairs, and a node without a sibling goes up
 * as it is, which gives the trees of RFC 6962. Takes as much memory as the leaves' hashes twice.
 */
export class MerkleTree {
  readonly #levels: (readonly Uint8Array[])[];

  /** @param hashes of leaves, or roots of equally large full subtrees as in {@link rootOfHashes} */
  constructor(hashes: readonly Uint8Array[]) {
    this.#levels = [hashes];
    for (let level = hashes; level.length > 1; this.#levels.push(level)) {
      const below = level;
      level = Array.from({ length: Math.ceil(below.length / 2) }, (_, index) => {
        const [left, right] = [below[2 * index]!, below[2 * index + 1]];
        return right ? nodeHash(left, right) : left;
      });
    }
  }

  get count(): number {
    return this.#levels[0]!.length;
  }

  get root(): Uint8Array {
    return this.#levels.at(-1)![0] ?? sha256Bytes();
  }

  /**
   * Audit path of one leaf, from the leaf upwards.
   * @throws {RangeError} when there is no such leaf
   */
  path(index: number): Uint8Array[] {
    if (!Number.isInteger(index) || index < 0 || index >= this.count) throw new RangeError(`no leaf ${index}`);
    return this.#levels.flatMap((level, height) => level[Math.floor(index / 2 ** height) ^ 1] ?? []);
  }
}

/** As {@link MerkleTree.path}, of a tree that is needed once. */
export function inclusionPath(hashes: readonly Uint8Array[], index: number): Uint8Array[] {
  return new MerkleTree(hashes).path(index);
}

/** The root that a path leads to, or undefined when the path does not fit the position (RFC 9162, section 2.1.3.2). */
export function rootFromPath(
  leaf: Uint8Array,
  index: number,
  count: number,
  path: readonly Uint8Array[],
): Uint8Array | undefined {
  if (!Number.isInteger(index) || !Number.isInteger(count) || index < 0 || index >= count) return undefined;
  if (count === 1) return path.length === 0 ? leaf : undefined;
  const sibling = path[path.length - 1];
  if (!sibling) return undefined;
  const rest = path.slice(0, -1);
  const middle = split(count);
  if (index < middle) {
    const left = rootFromPath(leaf, index, middle, rest);
    return left && nodeHash(left, sibling);
  }
  const right = rootFromPath(leaf, index - middle, count - middle, rest);
  return right && nodeHash(sibling, right);
}
