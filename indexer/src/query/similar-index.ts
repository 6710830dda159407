import { decodeSignature, HammingIndex, MinHashIndex, type Fingerprint, type Nearness } from '@llmchain/protocol';

/** A work that is like another. */
export interface SimilarWork {
  work: string;
  method: Fingerprint['method'];
  /** Bits that differ (`phash-64`), or 1 − the estimated Jaccard index (`minhash-128`): 0 is the nearest. */
  distance: number;
}

/** Fingerprints in memory, found by likeness: about 250 bytes an image and 1 kB a text. */
export class SimilarIndex {
  readonly #images = new HammingIndex();
  readonly #texts = new MinHashIndex();
  readonly #imageWorks: string[] = [];
  /** Of each hash of an image whether it is that of the whole image, not of a window. */
  readonly #whole: boolean[] = [];
  readonly #textWorks: string[] = [];

  add(work: string, fingerprint: Fingerprint): void {
    if (fingerprint.method === 'phash-64') {
      for (const [index, bits] of [fingerprint.bits, ...(fingerprint.windows ?? [])].entries()) {
        this.#images.add(bits);
        this.#imageWorks.push(work);
        this.#whole.push(index === 0);
      }
    } else {
      this.#texts.add(decodeSignature(fingerprint.signature));
      this.#textWorks.push(work);
    }
  }

  /** The works like this, nearest first: of images all, of texts those that locality-sensitive hashing finds. */
  near(fingerprint: Fingerprint, { hamming, jaccard }: Nearness): SimilarWork[] {
    if (fingerprint.method === 'phash-64') return this.#alike(fingerprint, hamming);
    const { method } = fingerprint;
    return this.#texts
      .atLeast(decodeSignature(fingerprint.signature), jaccard)
      .map(({ item, similarity }) => ({ work: this.#textWorks[item]!, method, distance: 1 - similarity }));
  }

  /** By the whole image against all that is known of others, and by its windows against the others as wholes. */
  #alike({ method, bits, windows = [] }: Extract<Fingerprint, { method: 'phash-64' }>, hamming: number): SimilarWork[] {
    const found = [
      ...this.#images.within(bits, hamming),
      ...windows.flatMap((window) => this.#images.within(window, hamming).filter(({ item }) => this.#whole[item])),
    ].sort((a, b) => a.distance - b.distance || a.item - b.item);
    const nearest = new Map<string, number>();
    for (const { item, distance } of found) {
      const work = this.#imageWorks[item]!;
      if (!nearest.has(work)) nearest.set(work, distance);
    }
    return [...nearest].map(([work, distance]) => ({ work, method, distance }));
  }
}
