import fc from 'fast-check';
import { toHex } from '../crypto/hash';
import { InclusionProof, proveInclusion, verifyInclusion } from './proof';
import { merkleRoot } from './tree';

const texts = (count: number): string[] => Array.from({ length: count }, (_, index) => `leaf ${index}`);

test('every leaf of every tree of up to 70 is proved, and only in its place', () => {
  for (let count = 1; count <= 70; count++) {
    const leaves = texts(count);
    const root = toHex(merkleRoot(leaves));
    for (let index = 0; index < count; index++) {
      const proof = proveInclusion(leaves, index);
      expect(InclusionProof.safeParse(proof).success).toBe(true);
      expect(proof.path.length).toBeLessThanOrEqual(Math.ceil(Math.log2(count)));
      expect(verifyInclusion(leaves[index]!, proof, root)).toBe(true);
      expect(verifyInclusion('another leaf', proof, root)).toBe(false);
      if (count > 1)
        expect(verifyInclusion(leaves[index]!, { ...proof, index: (index + 1) % count }, root)).toBe(false);
    }
  }
}, 30_000);

const proved = fc
  .integer({ min: 1, max: 70 })
  .chain((count) => fc.record({ count: fc.constant(count), index: fc.integer({ min: 0, max: count - 1 }) }))
  .map(({ count, index }) => {
    const leaves = texts(count);
    return { leaf: leaves[index]!, proof: proveInclusion(leaves, index), root: toHex(merkleRoot(leaves)) };
  });

/** Turns one bit of hexadecimal text. */
function flipped(hex: string, bit: number): string {
  const bytes = Buffer.from(hex, 'hex');
  const at = bit % (bytes.length * 8);
  bytes[at >> 3]! ^= 1 << (at & 7);
  return bytes.toString('hex');
}

test('one bit turned anywhere fails', () => {
  fc.assert(
    fc.property(proved, fc.nat(), fc.nat(), ({ leaf, proof, root }, which, bit) => {
      expect(verifyInclusion(leaf, proof, flipped(root, bit))).toBe(false);
      const byte = String.fromCharCode(leaf.charCodeAt(0) ^ 1);
      expect(verifyInclusion(byte + leaf.slice(1), proof, root)).toBe(false);
      if (proof.path.length === 0) return;
      const at = which % proof.path.length;
      const path = proof.path.map((hash, index) => (index === at ? flipped(hash, bit) : hash));
      expect(verifyInclusion(leaf, { ...proof, path }, root)).toBe(false);
    }),
  );
});

test('a path that is too long or too short fails', () => {
  fc.assert(
    fc.property(proved, ({ leaf, proof, root }) => {
      expect(verifyInclusion(leaf, { ...proof, path: [...proof.path, root] }, root)).toBe(false);
      expect(verifyInclusion(leaf, { ...proof, path: [root, ...proof.path] }, root)).toBe(false);
      if (proof.path.length > 0)
        expect(verifyInclusion(leaf, { ...proof, path: proof.path.slice(1) }, root)).toBe(false);
    }),
  );
});
