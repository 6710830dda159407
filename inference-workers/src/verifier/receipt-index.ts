import { randomInt } from 'node:crypto';

/** Bytes of a digest. */
export const DIGEST_BYTES = 32;
/** 32-bit words of a digest that are kept: nobody makes two receipts that share 160 bits. */
const WORDS = 5;
/** Words of a slot: those, and one more than the place's number; 0 where it is free. */
const SLOT = WORDS + 1;
const FIRST_BITS = 10;
/** How full it may be before it grows. */
const FULLEST = 0.8;

/**
 * Where receipts were first seen: 24 bytes a slot, whatever else is kept of them on disk. Open addressing; where a search
 * begins is drawn at random for each index, so that no producer can choose ids that all begin at the same slot.
 */
export class ReceiptIndex {
  /** There are two to the power of it slots. */
  #bits = FIRST_BITS;
  #slots = new Uint32Array(2 ** FIRST_BITS * SLOT);
  #count = 0;
  readonly #factor = 2 * randomInt(2 ** 30, 2 ** 31) + 1;

  get size(): number {
    return this.#count;
  }

  /** @param ids digests, one after the other @param at which of them @returns the number that it was put with first */
  find(ids: Buffer, at = 0): number | undefined {
    const place = this.#slots[this.#slotOf(ids, at * DIGEST_BYTES) + WORDS]!;
    return place === 0 ? undefined : place - 1;
  }

  /** Puts all of them with a number; those that are there already keep theirs. @param place 0 to 2^32 − 2 */
  add(ids: Buffer, place: number): void {
    for (let offset = 0; offset < ids.length; offset += DIGEST_BYTES) {
      const slot = this.#slotOf(ids, offset);
      if (this.#slots[slot + WORDS] !== 0) continue;
      for (let word = 0; word < WORDS; word++) this.#slots[slot + word] = ids.readUInt32LE(offset + 4 * word);
      this.#slots[slot + WORDS] = place + 1;
      if (++this.#count * SLOT > FULLEST * this.#slots.length) this.#grow();
    }
  }

  /** The slot that holds a digest, or the free one that would. */
  #slotOf(ids: Buffer, offset: number): number {
    const slots = this.#slots;
    const key = [0, 4, 8, 12, 16].map((at) => ids.readUInt32LE(offset + at));
    for (let slot = this.#first(key[0]!); ; slot = (slot + SLOT) % slots.length) {
      if (slots[slot + WORDS] === 0) return slot;
      let word = 0;
      while (word < WORDS && slots[slot + word] === key[word]) word++;
      if (word === WORDS) return slot;
    }
  }

  /** Multiplicative hashing by a secret odd factor (Knuth, vol. 3, 6.4). */
  #first(word: number): number {
    return (Math.imul(word, this.#factor) >>> (32 - this.#bits)) * SLOT;
  }

  #grow(): void {
    const before = this.#slots;
    this.#bits++;
    this.#slots = new Uint32Array(2 * before.length);
    for (let from = 0; from < before.length; from += SLOT) {
      if (before[from + WORDS] === 0) continue;
      let slot = this.#first(before[from]!);
      while (this.#slots[slot + WORDS] !== 0) slot = (slot + SLOT) % this.#slots.length;
      this.#slots.set(before.subarray(from, from + SLOT), slot);
    }
  }
}
