import { Buckets, enlarged } from './buckets';
import { phashWords, popcount } from './phash';

const BANDS = 4;
const VALUES = 1 << 16;
const ONE_BIT = Array.from({ length: 16 }, (_, bit) => 1 << bit);
const TWO_BITS = ONE_BIT.flatMap((a) => ONE_BIT.filter((b) => b > a).map((b) => a | b));
/** What a band of the query is changed by to find everything within so many bits of it. */
const WITHIN = [[0], [0, ...ONE_BIT], [0, ...ONE_BIT, ...TWO_BITS]] as const;

/** Largest distance that is searched for. */
export const LARGEST_DISTANCE = 11;

/**
 * pHashes found by distance, without a miss: multi-index hashing (Norouzi, Punjani and Fleet 2012). Each hash stands in four
 * tables by its four bands of 16 bits. If two hashes differ in at most 4a + b bits (b < 4), then either one of the first b + 1
 * bands differs in at most a bits, or one of the others in at most a − 1: 188 look-ups for a distance of 8.
 */
export class HammingIndex {
  readonly #buckets = new Buckets(BANDS * VALUES);
  /** High and low half of each hash. */
  #words = new Uint32Array(1_024);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Adds a hash, 16 hexadecimal digits. @returns its number, from 0 */
  add(bits: string): number {
    const [high, low] = phashWords(bits);
    if (2 * this.#size === this.#words.length) this.#words = enlarged(this.#words);
    this.#words[2 * this.#size] = high;
    this.#words[2 * this.#size + 1] = low;
    // Entries 4n to 4n + 3 are hash n.
    for (const [band, value] of bandsOf(high, low).entries()) this.#buckets.add(band * VALUES + value);
    this.#size += 1;
    return this.#size - 1;
  }

  /** Every hash within the distance, nearest first. @param distance at most 11 */
  within(bits: string, distance: number): { item: number; distance: number }[] {
    if (!(distance >= 0 && distance <= LARGEST_DISTANCE)) throw new RangeError('the distance is from 0 to 11');
    const [high, low] = phashWords(bits);
    const found = new Map<number, number>();
    const reach = Math.floor(distance / BANDS);
    for (const [band, value] of bandsOf(high, low).entries()) {
      const changes = WITHIN[band <= distance % BANDS ? reach : reach - 1] ?? [];
      for (const change of changes) {
        this.#buckets.visit(band * VALUES + (value ^ change), (entry) => {
          const item = entry >>> 2;
          const apart = popcount(this.#words[2 * item]! ^ high) + popcount(this.#words[2 * item + 1]! ^ low);
          if (apart <= distance) found.set(item, apart);
        });
      }
    }
    return [...found]
      .map(([item, apart]) => ({ item, distance: apart }))
      .sort((a, b) => a.distance - b.distance || a.item - b.item);
  }
}

function bandsOf(high: number, low: number): number[] {
  return [high >>> 16, high & 0xffff, low >>> 16, low & 0xffff];
}
