/** Signatures that are found by similarity. */
export interface SignatureIndex {
  add(signature: Uint32Array): number;
  /** Signatures whose estimated Jaccard index is at least `similarity`. */
  atLeast(signature: Uint32Array, similarity: number): readonly unknown[];
}

/** Texts that are nearly one of those before: MinHash signatures of their shingles, found by locality-sensitive hashing. */
export class NearDuplicates {
  readonly #similarity: number;
  readonly #signatureOf: (text: string) => Uint32Array | undefined;
  readonly #index: SignatureIndex;

  /** @param options.similarity least estimated Jaccard index, 0 to 1 */
  constructor(
    options: { similarity: number },
    dependencies: { signatureOf: (text: string) => Uint32Array | undefined; index: SignatureIndex },
  ) {
    this.#similarity = options.similarity;
    this.#signatureOf = dependencies.signatureOf;
    this.#index = dependencies.index;
  }

  /** Whether a text is nearly one that was kept; one that is not is kept from now on. */
  has(text: string): boolean {
    const signature = this.#signatureOf(text);
    if (!signature) return false;
    if (this.#index.atLeast(signature, this.#similarity).length > 0) return true;
    this.#index.add(signature);
    return false;
  }
}
