import { LlmchainError } from '@llmchain/protocol';

/** One task at a time, first come first served, with a bounded queue. */
export class Turns {
  readonly #waitingLimit: number;
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  /** @param options.waiting how many tasks may wait behind the one that runs */
  constructor(options: { waiting: number }) {
    this.#waitingLimit = options.waiting;
  }

  /**
   * Runs `task` when its turn comes.
   * @throws {LlmchainError} `overloaded` at once when the queue is full; `signal`'s reason when it was aborted before
   */
  async run<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (this.#waiting >= this.#waitingLimit) {
      throw new LlmchainError('overloaded', 'The worker has a full queue. Try another, or again in a moment.', {
        waiting: this.#waiting,
      });
    }
    this.#waiting++;
    const turn = this.#last.then(() => {
      this.#waiting--;
      signal.throwIfAborted();
      return task();
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
