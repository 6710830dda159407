const NONE = -1;

/**
 * Numbered entries in buckets, as chains through two arrays: four bytes an entry and four a bucket, for millions of them.
 */
export class Buckets {
  /** Each bucket's last entry. */
  readonly #heads: Int32Array;
  /** Each entry's predecessor in its bucket. */
  #previous = new Int32Array(1_024);
  #size = 0;

  constructor(buckets: number) {
    this.#heads = new Int32Array(buckets).fill(NONE);
  }

  /** Adds the next entry; entries are numbered from 0. */
  add(bucket: number): void {
    if (this.#size === this.#previous.length) this.#previous = enlarged(this.#previous);
    this.#previous[this.#size] = this.#heads[bucket]!;
    this.#heads[bucket] = this.#size;
    this.#size += 1;
  }

  /** Calls `visit` with every entry of a bucket. */
  visit(bucket: number, visit: (entry: number) => void): void {
    for (let entry = this.#heads[bucket]!; entry !== NONE; entry = this.#previous[entry]!) visit(entry);
  }
}

/** The same numbers with room for as many more. */
export function enlarged<A extends Int32Array | Uint32Array>(array: A): A {
  const larger = new (array.constructor as new (length: number) => A)(2 * array.length);
  larger.set(array);
  return larger;
}
