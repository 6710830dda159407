import type { LedgerBlock } from '@llmchain/ledger-client';

/** Where blocks come from; `LedgerClient` is one. */
export interface BlockSource {
  /** Blocks from `from` on, as they commit, until `signal` is aborted; throws when the peer goes away. */
  blocks(from: number, signal: AbortSignal): AsyncIterable<LedgerBlock>;
}

/** What the indexer says of its work; pino is one. */
export interface Log {
  info(object: object, message: string): void;
  warn(object: object, message: string): void;
}
