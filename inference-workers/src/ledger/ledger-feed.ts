import { readFile } from 'node:fs/promises';
import type { LedgerBlock } from '@llmchain/ledger-client';
import { decodeJson, RECORDS, splitCompositeKey, type Batch, type ModelVersion, type Taint } from '@llmchain/protocol';
import type { Logger } from 'pino';
import { writeDurably } from '../files/durable';
import { backOff, problemOf, pause } from './back-off';
import type { Ledger } from './ledger';

export interface LedgerFeedOptions {
  /** Only writes of this chaincode count. */
  chaincode: string;
  /** File that remembers the next block to read. */
  position: string;
}

/** What is told of each record. `live` is false for what was on the ledger before the feed began. */
export interface LedgerHandlers {
  model(version: ModelVersion): void;
  batch(batch: Batch, live: boolean): void;
  /** Only as its block commits: what is tainted before is refused before it is computed. */
  taint(taint: Taint): void;
}

/** Model versions and batches of the ledger: first those that are there, then each as its block commits. */
export class LedgerFeed {
  readonly #options: LedgerFeedOptions;
  readonly #ledger: Pick<Ledger, 'list' | 'blocks'>;
  readonly #log: Logger;

  constructor(options: LedgerFeedOptions, dependencies: { ledger: Pick<Ledger, 'list' | 'blocks'>; log: Logger }) {
    this.#options = options;
    this.#ledger = dependencies.ledger;
    this.#log = dependencies.log;
  }

  /** Follows until `signal` is aborted; a peer that goes away is asked again, with growing pauses. */
  async follow(handlers: LedgerHandlers, signal: AbortSignal): Promise<void> {
    await this.#persist(signal, () => this.#snapshot(handlers));
    let next = await this.#position();
    await this.#persist(signal, async (progressed) => {
      for await (const block of this.#ledger.blocks(next, signal)) {
        this.#deliver(block, handlers);
        next = block.number + 1;
        progressed();
        await writeDurably(this.#options.position, String(next));
      }
      return signal.aborted;
    });
  }

  /** Repeats a step until it returns true; pauses grow while it makes no progress. */
  async #persist(signal: AbortSignal, step: (progressed: () => void) => Promise<boolean>): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      try {
        if (await step(() => (failures = 0))) return;
      } catch (error) {
        this.#log.warn({ ...problemOf(error), failures }, 'the ledger is not there; trying again');
      }
      await pause(backOff(failures++), signal);
    }
  }

  async #snapshot(handlers: LedgerHandlers): Promise<boolean> {
    for await (const version of this.#ledger.list('model')) handlers.model(version);
    for await (const batch of this.#ledger.list('batch')) handlers.batch(batch, false);
    return true;
  }

  #deliver(block: LedgerBlock, handlers: LedgerHandlers): void {
    for (const write of block.transactions.filter(({ valid }) => valid).flatMap(({ writes }) => writes)) {
      if (write.namespace !== this.#options.chaincode || !write.value) continue;
      const type = splitCompositeKey(write.key)?.type;
      const text = Buffer.from(write.value).toString('utf8');
      try {
        if (type === 'model') handlers.model(decodeJson(RECORDS.model, text, 'record'));
        if (type === 'taint') handlers.taint(decodeJson(RECORDS.taint, text, 'record'));
        if (type === 'batch') handlers.batch(decodeJson(RECORDS.batch, text, 'record'), true);
      } catch (error) {
        this.#log.error({ ...problemOf(error), block: block.number, type }, 'a record of the ledger is not readable');
      }
    }
  }

  async #position(): Promise<number> {
    const text = await readFile(this.#options.position, 'utf8').catch(() => '0');
    return /^\d{1,15}$/.test(text) ? Number(text) : 0;
  }
}
