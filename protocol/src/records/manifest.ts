import { digestOf } from '../canonical/json';
import type { ModelFile } from './model';

/** Digest of a model folder's manifest: its files sorted by path, as canonical JSON; how they are sealed is no part of it. */
export function manifestDigest(files: readonly ModelFile[]): string {
  const plain = files.map(({ path, sha256, bytes }) => ({ path, sha256, bytes }));
  return digestOf(plain.sort((a, b) => (a.path < b.path ? -1 : 1)));
}
