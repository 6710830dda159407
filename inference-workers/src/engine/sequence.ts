import type { Tensor } from 'onnxruntime-node';
import type { Decoder } from './decoder';

/** Longest run of tokens in one pass: bounds the logits in memory and how long the event loop waits. */
const CHUNK = 128;

/** Logits of consecutive positions. */
export interface LogitRows {
  /** Place of the first row's token in the sequence. */
  first: number;
  rows: Float32Array[];
}

/** One sequence of tokens and its key/value cache. */
export class Sequence {
  readonly #decoder: Decoder;
  #cache: Map<string, Tensor>;
  #length = 0;

  constructor(decoder: Decoder) {
    this.#decoder = decoder;
    this.#cache = decoder.emptyCache();
  }

  /** Tokens so far. */
  get length(): number {
    return this.#length;
  }

  /**
   * Appends tokens, at most {@link CHUNK} in a pass, and yields each pass's logits. Leaving the loop early leaves the
   * rest of the tokens out.
   */
  async *append(tokens: readonly number[]): AsyncGenerator<LogitRows> {
    const { vocabulary } = this.#decoder.geometry;
    for (let start = 0; start < tokens.length; start += CHUNK) {
      const part = tokens.slice(start, start + CHUNK);
      const first = this.#length;
      const { logits, cache } = await this.#decoder.forward(this.#cache, first, part);
      this.#cache = cache;
      this.#length += part.length;
      yield { first, rows: part.map((_, i) => logits.subarray(i * vocabulary, (i + 1) * vocabulary)) };
    }
  }
}
