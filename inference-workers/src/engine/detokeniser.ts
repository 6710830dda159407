/** Turns token ids into text. */
export type Decode = (tokens: readonly number[]) => string;

/** Tokens that are decoded together: more than the bytes of any character, so its pieces are never torn apart. */
const WINDOW = 16;
const REPLACEMENT = '\uFFFD';

/**
 * Text of an answer as it grows. A character whose bytes are not all there decodes to one U+FFFD at the end (the
 * Unicode standard's substitution of maximal subparts), which is held back until the next token settles it.
 */
export class Detokeniser {
  readonly #decode: Decode;
  #tokens: number[] = [];
  #held = false;

  constructor(decode: Decode) {
    this.#decode = decode;
  }

  /** @returns what the token adds to the text, which may be nothing yet */
  push(token: number): string {
    const before = this.#text();
    this.#tokens.push(token);
    const after = this.#decode(this.#tokens);
    this.#held = after.endsWith(REPLACEMENT);
    const added = (this.#held ? after.slice(0, -1) : after).slice(before.length);
    if (this.#tokens.length > WINDOW) this.#tokens = this.#tokens.slice(-WINDOW);
    return added;
  }

  /** Goes on after tokens whose text, as far as it was whole, has been given out. */
  skip(tokens: readonly number[]): void {
    for (const token of tokens) this.push(token);
  }

  /** What is still held back when the answer ends. */
  end(): string {
    return this.#held ? REPLACEMENT : '';
  }

  /** The part of the window's text that has been given out. */
  #text(): string {
    const text = this.#decode(this.#tokens);
    return this.#held ? text.slice(0, -1) : text;
  }
}
