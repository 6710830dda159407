import { FINGERPRINT_TOKENS, fingerprintOf } from '@llmchain/protocol';

/** Fingerprints of an answer's last hidden states as it grows. */
export class Fingerprinter {
  readonly #hiddenSize: number;
  /** The states of the window that is not whole yet. */
  readonly #window: Float32Array;
  #tokens = 0;
  readonly #made: string[] = [];

  constructor(hiddenSize: number) {
    this.#hiddenSize = hiddenSize;
    this.#window = new Float32Array(FINGERPRINT_TOKENS * hiddenSize);
  }

  /** @param state that a token was drawn from */
  push(state: Float32Array): void {
    this.#window.set(state, this.#tokens * this.#hiddenSize);
    if (++this.#tokens === FINGERPRINT_TOKENS) this.#close();
  }

  /** All of them, the last one of what its window has. */
  end(): string[] {
    if (this.#tokens > 0) this.#close();
    return this.#made;
  }

  #close(): void {
    this.#made.push(fingerprintOf(this.#window.subarray(0, this.#tokens * this.#hiddenSize)));
    this.#tokens = 0;
  }
}
