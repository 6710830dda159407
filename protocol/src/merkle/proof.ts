import { z } from 'zod';
import { fromHex, toHex } from '../crypto/hash';
import { Digest } from '../schema/scalars';
import { inclusionPath, leafHash, rootFromPath } from './tree';

/** That a leaf stands at `index` of the `count` leaves under a root; hashes are hexadecimal, from the leaf upwards. */
export const InclusionProof = z.strictObject({
  index: z.number().int().min(0),
  count: z
    .number()
    .int()
    .min(1)
    .max(2 ** 31),
  path: z.array(Digest).max(31),
});
export type InclusionProof = z.infer<typeof InclusionProof>;

/** @throws {RangeError} when there is no such leaf */
export function proveInclusion(leaves: readonly (Uint8Array | string)[], index: number): InclusionProof {
  return { index, count: leaves.length, path: inclusionPath(leaves.map(leafHash), index).map(toHex) };
}

/** @param root hexadecimal */
export function verifyInclusion(leaf: Uint8Array | string, proof: InclusionProof, root: string): boolean {
  const reached = rootFromPath(leafHash(leaf), proof.index, proof.count, proof.path.map(fromHex));
  return reached !== undefined && toHex(reached) === root;
}
