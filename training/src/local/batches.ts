import type { Random } from './random';

export interface BatchShape {
  /** Rows. */
  readonly batch: number;
  /** Tokens predicted per row. */
  readonly sequence: number;
}

/**
 * Draws training windows from a stream of tokens taken as a circle: every epoch cuts it at a random phase and visits each
 * window once, in random order.
 */
export class Batches {
  readonly #tokens: Uint16Array;
  readonly #shape: BatchShape;
  readonly #random: Random;
  #phase = 0;
  #order: Uint32Array = new Uint32Array(0);
  #position = 0;

  constructor({ tokens, shape }: { tokens: Uint16Array; shape: BatchShape }, { random }: { random: Random }) {
    this.#tokens = tokens;
    this.#shape = shape;
    this.#random = random;
  }

  /** The next rows of `sequence + 1` token ids each, one after another. */
  next(): BigInt64Array {
    const width = this.#shape.sequence + 1;
    const rows = new BigInt64Array(this.#shape.batch * width);
    for (let row = 0; row < this.#shape.batch; row++) {
      const start = this.#nextWindow();
      for (let i = 0; i < width; i++) rows[row * width + i] = BigInt(this.#tokens[(start + i) % this.#tokens.length]!);
    }
    return rows;
  }

  #nextWindow(): number {
    const { sequence } = this.#shape;
    if (this.#position === this.#order.length) {
      this.#phase = this.#random.below(this.#tokens.length);
      this.#order = this.#random.permutation(Math.max(1, Math.floor(this.#tokens.length / sequence)));
      this.#position = 0;
    }
    return this.#phase + this.#order[this.#position++]! * sequence;
  }
}
