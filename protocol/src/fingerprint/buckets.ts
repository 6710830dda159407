const NONE = -1;

/**
 * Numbered entries in buckets, for millions of them. Most lie bucket by bucket in one array, where reading one does not have to wait for the one
 * before; those added since are chained, and are laid out with the others when they are a quarter as many.
 */
export class Buckets {
  /** Where each bucket's entries begin among those laid out, and where the last bucket's end. */
  #starts: Int32Array;
  #laidOut = new Int32Array(0);
  /** Each bucket's last entry of those that are chained. */
  readonly #heads: Int32Array;
  /** The predecessor in its bucket of each of them. */
  #previous = new Int32Array(1_024);
  #size = 0;

  constructor(buckets: number) {
    this.#heads = new Int32Array(buckets).fill(NONE);
    this.#starts = new Int32Array(buckets + 1);
  }

  /** Adds the next entry; entries are numbered from 0. */
  add(bucket: number): void {
    const chained = this.#size - this.#laidOut.length;
    if (chained === this.#previous.length) this.#previous = enlarged(this.#previous);
    this.#previous[chained] = this.#heads[bucket]!;
    this.#heads[bucket] = this.#size;
    this.#size += 1;
    if (4 * chained > Math.max(this.#laidOut.length, this.#heads.length)) this.#layOut();
  }

  /** Calls `visit` with every entry of a bucket. */
  visit(bucket: number, visit: (entry: number) => void): void {
    const end = this.#starts[bucket + 1]!;
    for (let at = this.#starts[bucket]!; at < end; at += 1) visit(this.#laidOut[at]!);
    const first = this.#laidOut.length;
    for (let entry = this.#heads[bucket]!; entry !== NONE; entry = this.#previous[entry - first]!) visit(entry);
  }

  #layOut(): void {
    const starts = new Int32Array(this.#starts.length);
    const entries = new Int32Array(this.#size);
    let length = 0;
    for (let bucket = 0; bucket < this.#heads.length; bucket += 1) {
      starts[bucket] = length;
      this.visit(bucket, (entry) => {
        entries[length] = entry;
        length += 1;
      });
    }
    starts[this.#heads.length] = length;
    this.#starts = starts;
    this.#laidOut = entries;
    this.#heads.fill(NONE);
    this.#previous = new Int32Array(1_024);
  }
}

/** The same numbers with room for as many more. */
export function enlarged<A extends Int32Array | Uint32Array>(array: A): A {
  const larger = new (array.constructor as new (length: number) => A)(2 * array.length);
  larger.set(array);
  return larger;
}
