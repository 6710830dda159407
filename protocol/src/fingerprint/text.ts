import { utf8ToBytes } from '@noble/hashes/utils.js';
import { LlmchainError } from '../errors/error';
import { MinHash } from './minhash';
import { murmur3 } from './murmur3';
import { wordsOf } from './words';

/** Words per shingle. */
const SHINGLE = 5;
/** Texts are read in pieces that end before the first white space after so many UTF-16 units … */
const PIECE = 4_096;
/** … or here, where there is none: so memory is bounded, and where chunks end makes no difference. */
const LONGEST_PIECE = 65_536;
const WHITE = /[\t\n\r ]/g;
const SPACE = 0x20;

/** As browsers and Node.js have it (WHATWG Encoding); this package is compiled without the types of either. */
declare class TextDecoder {
  constructor(label: 'utf-8', options: { fatal: boolean });
  decode(bytes?: Uint8Array, options?: { stream: boolean }): string;
}

/**
 * Fingerprints a text of any length in bounded memory: MinHash over shingles of five words, each shingle the MurmurHash3
 * of its words in UTF-8 with one space between. A text of one to four words is one shingle; one without words has no
 * fingerprint.
 */
export class TextFingerprinter {
  readonly #minhash = new MinHash();
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  #pending = '';
  /** The last words before the next piece, at most four. */
  #carried: string[] = [];
  #shingled = false;

  /**
   * Takes the next part. Bytes may end within a character.
   * @throws {LlmchainError} `invalid_argument` for bytes that are not UTF-8
   */
  update(chunk: Uint8Array | string): this {
    this.#pending += typeof chunk === 'string' ? chunk : this.#decode(chunk);
    for (let end = endOfPiece(this.#pending); end !== undefined; end = endOfPiece(this.#pending)) this.#take(end);
    return this;
  }

  /**
   * @returns the signature, 128 values; undefined for a text without words
   * @throws {LlmchainError} `invalid_argument` when the bytes ended within a character
   */
  finish(): Uint32Array | undefined {
    this.#pending += this.#decode();
    this.#take(this.#pending.length);
    if (!this.#shingled && this.#carried.length > 0) this.#shingle(this.#carried, this.#carried.length);
    return this.#shingled ? this.#minhash.signature() : undefined;
  }

  #decode(chunk?: Uint8Array): string {
    try {
      return chunk ? this.#decoder.decode(chunk, { stream: true }) : this.#decoder.decode();
    } catch (cause) {
      const message = 'The text is not valid UTF-8. Convert it, or register it with the medium that it is.';
      throw new LlmchainError('invalid_argument', message, {}, { cause });
    }
  }

  #take(end: number): void {
    const words = [...this.#carried, ...wordsOf(this.#pending.slice(0, end))];
    this.#pending = this.#pending.slice(end);
    if (words.length >= SHINGLE) this.#shingle(words, SHINGLE);
    this.#carried = words.slice(Math.max(0, words.length - SHINGLE + 1));
  }

  /** Adds every run of `length` words; all runs lie in one buffer. */
  #shingle(words: readonly string[], length: number): void {
    const bytes = utf8ToBytes(words.join(' '));
    const starts = [0];
    for (let at = bytes.indexOf(SPACE); at >= 0; at = bytes.indexOf(SPACE, at + 1)) starts.push(at + 1);
    starts.push(bytes.length + 1);
    for (let first = 0; first + length < starts.length; first += 1) {
      this.#minhash.add(murmur3(bytes, starts[first], starts[first + length]! - 1));
    }
    this.#shingled = true;
  }
}

/** Where the next piece ends; undefined when more has to come first. */
function endOfPiece(text: string): number | undefined {
  WHITE.lastIndex = PIECE;
  const white = WHITE.exec(text)?.index ?? Infinity;
  if (white <= LONGEST_PIECE) return white;
  if (text.length <= LONGEST_PIECE) return undefined;
  const high = text.charCodeAt(LONGEST_PIECE - 1);
  return high >= 0xd800 && high < 0xdc00 ? LONGEST_PIECE - 1 : LONGEST_PIECE;
}

/** The signature of a text that is at hand; undefined when it has no words. */
export function textSignature(text: string): Uint32Array | undefined {
  return new TextFingerprinter().update(text).finish();
}
