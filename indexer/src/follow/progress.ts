import { LlmchainError } from '@llmchain/protocol';
import type { Position } from '../project/rows';

interface Waiter {
  block: number;
  resolve: () => void;
}

/** How far the index has come, and who waits for it to come further. */
export class Progress {
  #position: Position;
  readonly #waiters = new Set<Waiter>();

  constructor(position: Position) {
    this.#position = position;
  }

  get position(): Position {
    return this.#position;
  }

  reached(position: Position): void {
    this.#position = position;
    for (const waiter of [...this.#waiters]) {
      if (waiter.block <= position.block) {
        this.#waiters.delete(waiter);
        waiter.resolve();
      }
    }
  }

  /** @throws {LlmchainError} `not_yet_indexed` when the block is not indexed within the time */
  async waitFor(block: number, timeoutMs: number): Promise<void> {
    if (block <= this.#position.block) return;
    await new Promise<void>((resolve, reject) => {
      const waiter: Waiter = {
        block,
        resolve: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(notYetIndexed(block, this.#position));
      }, timeoutMs);
      this.#waiters.add(waiter);
    });
  }
}

export function notYetIndexed(block: number, position: Position): LlmchainError {
  return new LlmchainError(
    'not_yet_indexed',
    `Block ${block} is not indexed yet, the index is at ${position.block}. Ask again in a moment.`,
    { block, indexed: position.block },
  );
}
