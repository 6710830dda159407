import { decodeSignature, HammingIndex, MinHashIndex, type Fingerprint, type Nearness } from '@llmchain/protocol';

/** A work that is like another. */
export interface SimilarWork {
  work: string;
  method: Fingerprint['method'];
  /** Bits that differ (`phash-64`), or 1 − the estimated Jaccard index (`minhash-128`): 0 is the nearest. */
  distance: number;
}

/** Fingerprints in memory, found by likeness: about 40 bytes an image and 1 kB a text. */
export class SimilarIndex {
  readonly #images = new HammingIndex();
  readonly #texts = new MinHashIndex();
  readonly #imageWorks: string[] = [];
  readonly #textWorks: string[] = [];

  add(work: string, fingerprint: Fingerprint): void {
    if (fingerprint.method === 'phash-64') {
      this.#images.add(fingerprint.bits);
      this.#imageWorks.push(work);
    } else {
      this.#texts.add(decodeSignature(fingerprint.signature));
      this.#textWorks.push(work);
    }
  }

  /** The works like this, nearest first: of images all, of texts those that locality-sensitive hashing finds. */
  near(fingerprint: Fingerprint, { hamming, jaccard }: Nearness): SimilarWork[] {
    const { method } = fingerprint;
    if (method === 'phash-64') {
      return this.#images
        .within(fingerprint.bits, hamming)
        .map(({ item, distance }) => ({ work: this.#imageWorks[item]!, method, distance }));
    }
    return this.#texts
      .atLeast(decodeSignature(fingerprint.signature), jaccard)
      .map(({ item, similarity }) => ({ work: this.#textWorks[item]!, method, distance: 1 - similarity }));
  }
}
