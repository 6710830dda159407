import { sameOwner } from '../consent/consent';
import type { Fingerprint, Work, WorkEntry } from '../records/work';
import { decodeSignature, differingValues, PERMUTATIONS } from './minhash';
import { hammingDistance } from './phash';

/** How far apart works are that count as similar. */
export interface Nearness {
  /** Most of the 64 bits of a pHash that differ; at most 11. */
  hamming: number;
  /** Least estimated Jaccard index of the shingles of two texts, from 0 to 1. */
  jaccard: number;
}

/** What resembles: the same image for a person, or texts that share seven tenths of their shingles. */
export const RESEMBLING: Nearness = { hamming: 8, jaccard: 0.7 };

/** How alike two fingerprints of one method are. */
export interface Likeness {
  method: Fingerprint['method'];
  /** Of 64 bits (`phash-64`) or of 128 values (`minhash-128`) so many differ. */
  differing: number;
  /** Whether that is so near that whoever comes later has to say so. */
  resembles: boolean;
}

/**
 * Images are compared as wholes, and each as a whole with the windows of the other: so a copy that was cut is found.
 * @returns undefined for fingerprints of different methods: an image is like no text
 */
export function likeness(a: Fingerprint, b: Fingerprint): Likeness | undefined {
  if (a.method === 'phash-64' && b.method === 'phash-64') {
    const cut = [
      ...(b.windows ?? []).map((window) => hammingDistance(a.bits, window)),
      ...(a.windows ?? []).map((window) => hammingDistance(window, b.bits)),
    ];
    const differing = Math.min(hammingDistance(a.bits, b.bits), ...cut);
    return { method: a.method, differing, resembles: differing <= RESEMBLING.hamming };
  }
  if (a.method === 'minhash-128' && b.method === 'minhash-128') {
    const differing = differingValues(decodeSignature(a.signature), decodeSignature(b.signature));
    return { method: a.method, differing, resembles: 1 - differing / PERMUTATIONS >= RESEMBLING.jaccard };
  }
  return undefined;
}

/** Whether a work says itself that it comes from another or is like it, or is a version of its owner's own. */
export function acknowledges(
  {
    derivedFrom,
    resembles,
    versionOf,
    owner,
  }: Pick<WorkEntry, 'derivedFrom' | 'resembles' | 'versionOf'> & Pick<Work, 'owner'>,
  other: Pick<Work, 'sha256' | 'owner'>,
): boolean {
  const own = versionOf !== undefined && sameOwner(owner, other.owner);
  return own || derivedFrom === other.sha256 || (resembles?.includes(other.sha256) ?? false);
}

/** The digests of two works as the key of their resemblance has them: the smaller first. */
export function resemblanceKey(a: string, b: string): [string, string] {
  return a < b ? [a, b] : [b, a];
}
