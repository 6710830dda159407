import { digestOf } from '../canonical/json';
import type { ModelFile } from './model';

/** Digest of a model folder's manifest: its files sorted by path, as canonical JSON. */
export function manifestDigest(files: readonly ModelFile[]): string {
  return digestOf([...files].sort((a, b) => (a.path < b.path ? -1 : 1)));
}
