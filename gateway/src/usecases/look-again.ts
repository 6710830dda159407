import type { IndexRecords } from '../ports/index-records';

export interface LookAgainOptions {
  /** Beginnings of the records' keys whose writing may leave something to do, such as `shard/`. */
  kinds: readonly string[];
  /** However quiet the ledger is: milliseconds. */
  atLeastEvery: number;
}

/** When to look for what the ledger leaves a gateway to do: after it wrote what that is about, and now and then. */
export class LookAgain {
  readonly #atLeastEvery: number;
  #due = true;
  #looked = 0;

  constructor({ kinds, atLeastEvery }: LookAgainOptions, { index }: { index: Pick<IndexRecords, 'onWritten'> }) {
    this.#atLeastEvery = atLeastEvery;
    index.onWritten((origins) => {
      this.#due ||= origins.some((origin) => kinds.some((kind) => origin.startsWith(kind)));
    });
  }

  /** Looks, unless nothing can have changed; a look that fails is repeated by the next call. */
  async run(now: number, look: () => Promise<void>): Promise<void> {
    if (!this.#due && now - this.#looked < this.#atLeastEvery) return;
    this.#due = false;
    this.#looked = now;
    try {
      await look();
    } catch (error) {
      this.#due = true;
      throw error;
    }
  }

  /** Has the next call look, whatever the ledger writes. */
  again(): void {
    this.#due = true;
  }
}
