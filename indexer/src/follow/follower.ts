import { setTimeout as delay } from 'node:timers/promises';
import type { LedgerBlock } from '@llmchain/ledger-client';
import type { BlockSource, Log } from '../ports';
import { projectBlock } from '../project/block';
import { storable } from '../project/text';
import { NOWHERE, type Projections } from '../store/projections';
import type { Progress } from './progress';

/** A peer sends the blocks it has without a pause; a pause as long as this means that there are no more, ms. */
const QUIET = 100;
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 5_000;

interface Dependencies {
  ledger: BlockSource;
  projections: Projections;
  progress: Progress;
  /** Told of every block after it is indexed: the state keys it wrote, parts joined with `/`. */
  written: (origins: readonly string[]) => void;
  log: Log;
}

/** Follows the peer's blocks from the checkpoint on, and comes back with growing pauses when peer or database go. */
export class Follower {
  readonly #chaincode: string;
  readonly #with: Dependencies;
  #caughtUp = false;

  constructor(options: { chaincode: string }, dependencies: Dependencies) {
    this.#chaincode = options.chaincode;
    this.#with = dependencies;
  }

  /** Whether everything that the peer had to give is indexed; false while the peer is away. */
  get caughtUp(): boolean {
    return this.#caughtUp;
  }

  /** Resolves when `signal` is aborted, after the block at work is committed. */
  async run(signal: AbortSignal): Promise<void> {
    let pause = FIRST_PAUSE;
    while (!signal.aborted) {
      const before = this.#with.progress.position.block;
      try {
        await this.#follow(signal);
      } catch (error) {
        this.#lost(error, pause, signal);
      } finally {
        this.#caughtUp = false;
      }
      if (this.#with.progress.position.block > before) pause = FIRST_PAUSE;
      await delay(pause, undefined, { signal }).catch(() => undefined);
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    }
  }

  /** One stream of blocks. It begins with the last block indexed: that proves the connection, and the ledger. */
  async #follow(outer: AbortSignal): Promise<void> {
    const { ledger, projections, progress, log } = this.#with;
    const stream = new AbortController();
    const signal = AbortSignal.any([outer, stream.signal]);
    let quiet: NodeJS.Timeout | undefined;
    try {
      const checkpoint = await projections.checkpoint();
      progress.reached(checkpoint);
      for await (const block of ledger.blocks(Math.max(checkpoint.block, 0), signal)) {
        clearTimeout(quiet);
        if (block.number === checkpoint.block && !(await this.#same(block))) {
          log.warn({ block: block.number }, 'the index was built from another ledger; it is built anew');
          await projections.clear();
          progress.reached(NOWHERE);
          return;
        }
        let origins: readonly string[] = [];
        const position = await projections.add(block.number, (at) => {
          const projection = projectBlock(block, this.#chaincode, at);
          origins = projection.superseded;
          return projection;
        });
        // Before anyone who waits for the block goes on.
        this.#with.written(origins);
        progress.reached(position);
        if (signal.aborted) return;
        quiet = setTimeout(() => (this.#caughtUp = true), QUIET);
      }
    } finally {
      clearTimeout(quiet);
      stream.abort();
    }
  }

  /** Says so, unless it was asked to stop. */
  #lost(error: unknown, pause: number, signal: AbortSignal): void {
    if (!signal.aborted) this.#with.log.warn({ err: error, pause }, 'the index lost its peer or its database');
  }

  async #same(block: LedgerBlock): Promise<boolean> {
    const indexed = await this.#with.projections.transactionsOf(block.number);
    return (
      indexed.length === block.transactions.length &&
      block.transactions.every((transaction, index) => storable(transaction.id) === indexed[index])
    );
  }
}
