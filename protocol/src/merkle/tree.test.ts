import fc from 'fast-check';
import { readVectors } from '../../../test/support/vectors';
import { fromHex, sha256Hex, toHex } from '../crypto/hash';
import { inclusionPath, leafHash, merkleRoot, MerkleTree, rootFromPath, rootOfHashes } from './tree';

const vectors = readVectors('merkle') as {
  leaves: string[];
  roots: string[];
  inclusion: { index: number; count: number; path: string[] }[];
};
const leaves = vectors.leaves.map(fromHex);

test.each(vectors.roots.map((root, count) => ({ root, count })))('the root over $count leaves', ({ root, count }) => {
  expect(toHex(merkleRoot(leaves.slice(0, count)))).toBe(root);
});

test.each(vectors.inclusion)('the path of leaf $index of $count', ({ index, count, path }) => {
  const hashes = leaves.slice(0, count).map(leafHash);
  expect(inclusionPath(hashes, index).map(toHex)).toEqual(path);
  const reached = rootFromPath(hashes[index]!, index, count, path.map(fromHex));
  expect(reached && toHex(reached)).toBe(vectors.roots[count]);
});

test('roots of full pages give the root over all items, whatever the last page holds', () => {
  const PAGE = 1_024;
  const hashes = Array.from({ length: 3 * PAGE + 5 }, (_, index) => leafHash(`item ${index}`));
  for (const count of [1, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE, 2 * PAGE + 3, 3 * PAGE, hashes.length]) {
    const items = hashes.slice(0, count);
    const pages = Array.from({ length: Math.ceil(count / PAGE) }, (_, page) =>
      rootOfHashes(items.slice(page * PAGE, (page + 1) * PAGE)),
    );
    expect(toHex(rootOfHashes(pages))).toBe(toHex(rootOfHashes(items)));
  }
});

test('pages of any power of two compose', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 0, max: 6 }), (count, exponent) => {
      const page = 2 ** exponent;
      const hashes = Array.from({ length: count }, (_, index) => leafHash(String(index)));
      const pages = Array.from({ length: Math.ceil(count / page) }, (_, at) =>
        rootOfHashes(hashes.slice(at * page, (at + 1) * page)),
      );
      expect(toHex(rootOfHashes(pages))).toBe(toHex(rootOfHashes(hashes)));
    }),
  );
});

test('a kept tree has the root and proves every leaf, with pages of any power of two', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 150 }), fc.integer({ min: 0, max: 5 }), (count, exponent) => {
      const page = 2 ** exponent;
      const hashes = Array.from({ length: count }, (_, index) => leafHash(String(index)));
      const pages = Array.from(
        { length: Math.ceil(count / page) },
        (_, at) => new MerkleTree(hashes.slice(at * page, (at + 1) * page)),
      );
      const top = new MerkleTree(pages.map(({ root }) => root));
      expect(toHex(top.root)).toBe(toHex(rootOfHashes(hashes)));
      for (const [index, hash] of hashes.entries()) {
        const at = Math.floor(index / page);
        const path = [...pages[at]!.path(index % page), ...top.path(at)];
        expect(path).toEqual(inclusionPath(hashes, index));
        expect(rootFromPath(hash, index, count, path)).toEqual(top.root);
      }
    }),
    { numRuns: 30 },
  );
  expect(toHex(new MerkleTree([]).root)).toBe(vectors.roots[0]);
});

test('a leaf never hashes like a node', () => {
  const [left, right] = [leafHash('a'), leafHash('b')];
  const forged = Buffer.concat([left, right]);
  expect(toHex(leafHash(forged))).not.toBe(toHex(merkleRoot(['a', 'b'])));
  expect(toHex(leafHash('a'))).not.toBe(sha256Hex('a'));
});

test.each([-1, 3, 0.5, Number.NaN])('there is no leaf %p of three', (index) => {
  const hashes = ['a', 'b', 'c'].map(leafHash);
  expect(() => inclusionPath(hashes, index)).toThrow(RangeError);
  expect(rootFromPath(hashes[0]!, index, 3, [])).toBeUndefined();
});
