import { LlmchainError, type Fingerprint, type Nearness } from '@llmchain/protocol';
import type pg from 'pg';
import { Follower } from './follow/follower';
import { notYetIndexed, Progress } from './follow/progress';
import type { BlockSource, Log } from './ports';
import type { Position } from './project/rows';
import type {
  CatalogueOrder,
  CataloguePage,
  ReceiptEntry,
  Trace,
  TraceOptions,
  TransactionAnswer,
} from './query/answers';
import { Catalogue } from './query/catalogue';
import { LedgerRecords } from './query/ledger';
import { Lineage } from './query/lineage';
import { Receipts } from './query/receipts';
import { Records } from './query/records';
import { resolve } from './query/resolve';
import { Shards } from './query/shards';
import { Similar, type Fingerprinted, type FingerprintPlace } from './query/similar';
import type { SimilarWork } from './query/similar-index';
import { openDatabase } from './store/open';
import { NOWHERE, Projections } from './store/projections';

/** One member's view of the ledger: every valid write since genesis, and the lineage that the writes make. */
export interface Indexer {
  /** Brings the tables to their present shape and begins to follow the peer; does not wait until it has caught up. */
  start(): Promise<void>;
  /** Ends after the block at work. The pool stays open. */
  stop(): Promise<void>;
  /** The last block indexed; `{block: -1, time: 0}` before the first. */
  height(): Position;
  /** @throws {LlmchainError} `not_yet_indexed` when the block is not indexed within `timeoutMs` */
  waitFor(block: number, timeoutMs: number): Promise<void>;
  /**
   * What a thing comes from, or what came of it.
   * @param id a full id or an unambiguous short form (`poet@1`, `poet` for the latest version)
   * @throws {LlmchainError} `invalid_argument`, `not_found`, `not_yet_indexed` (the index is behind), `too_large`
   */
  trace(id: string, options: TraceOptions): Promise<Trace>;
  /** @returns undefined when no valid transaction with this id is indexed */
  transaction(id: string): Promise<TransactionAnswer | undefined>;
  /** A producer's batches of one model version, by sequence number. */
  batchesOf(producer: string, model: string, version: number): Promise<{ sequence: number; state: string }[]>;
  /** Records as they stand and as they were; see {@link Records}. */
  readonly records: Pick<Records, keyof Records>;
  /** Shards of dataset versions and who holds them; see {@link Shards}. */
  readonly shards: Pick<Shards, keyof Shards>;
  /** A page of what can be had; see {@link Catalogue}. */
  catalogue(order: CatalogueOrder): Promise<CataloguePage>;
  /** Works like this, nearest first, of the blocks up to `asOf`. */
  similar(fingerprint: Fingerprint, nearness: Nearness): Promise<{ works: SimilarWork[]; asOf: Position }>;
  /** The works with fingerprints that come after a place, in the order of their registration. */
  fingerprinted(after: FingerprintPlace, limit: number): Promise<Fingerprinted[]>;
  /** Where works stand in that order. */
  fingerprintPlaces(works: readonly string[]): Promise<FingerprintPlace[]>;
  /** Calls the listener after each block with the state keys it wrote: the type and the parts, joined with `/`. */
  onWritten(listener: (origins: readonly string[]) => void): void;
  /** Tells of different receipts, or of the batches that they were anchored in; a rebuild of the index keeps them. */
  putReceipts(receipts: readonly ReceiptEntry[]): Promise<void>;
}

export interface IndexerOptions {
  channel: string;
  chaincode: string;
  member: string;
  /** Postgres schema that the tables live in. */
  schema?: string;
}

export interface IndexerDependencies {
  ledger: BlockSource;
  pool: pg.Pool;
  log: Log;
}

export function createIndexer(options: IndexerOptions, dependencies: IndexerDependencies): Indexer {
  return new PostgresIndexer(options, dependencies);
}

class PostgresIndexer implements Indexer {
  readonly #options: IndexerOptions;
  readonly #log: Log;
  readonly #database: ReturnType<typeof openDatabase>;
  readonly #projections: Projections;
  readonly #progress = new Progress(NOWHERE);
  readonly #follower: Follower;
  readonly #ledger: LedgerRecords;
  readonly #catalogue: Catalogue;
  readonly records: Records;
  readonly shards: Shards;
  readonly #listeners: ((origins: readonly string[]) => void)[] = [];
  readonly #receipts: Receipts;
  readonly #lineage: Lineage;
  readonly #similar: Similar;
  #running: { abort: AbortController; done: Promise<void> } | undefined;

  constructor(options: IndexerOptions, { ledger, pool, log }: IndexerDependencies) {
    const schema = options.schema ?? 'indexer';
    const { chaincode } = options;
    this.#options = options;
    this.#log = log;
    this.#database = openDatabase(pool, schema);
    const { db } = this.#database;
    this.#projections = new Projections({ schema }, { db });
    this.#follower = new Follower(
      { chaincode },
      {
        ledger,
        projections: this.#projections,
        progress: this.#progress,
        written: (origins) => {
          for (const listener of this.#listeners) listener(origins);
        },
        log,
      },
    );
    this.#ledger = new LedgerRecords({ db });
    this.records = new Records({ db });
    this.shards = new Shards({ db });
    this.#catalogue = new Catalogue({ db });
    this.#receipts = new Receipts({ db });
    this.#lineage = new Lineage({ db, receipts: this.#receipts });
    this.#similar = new Similar({ db, projections: this.#projections });
  }

  async start(): Promise<void> {
    await this.#database.migrate();
    const checkpoint = await this.#projections.checkpoint();
    this.#progress.reached(checkpoint);
    if (this.#running) return;
    const { channel, member } = this.#options;
    this.#log.info({ channel, member, block: checkpoint.block }, 'the index follows the ledger');
    const abort = new AbortController();
    this.#running = { abort, done: this.#follower.run(abort.signal) };
    // Millions of fingerprints take seconds to load; the first question should not have to wait for it.
    this.#similar.catchUp().catch((error: unknown) => {
      this.#log.warn({ err: error }, 'fingerprints could not be loaded and are loaded with the next question');
    });
  }

  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    running?.abort.abort();
    await running?.done;
  }

  height(): Position {
    return this.#progress.position;
  }

  waitFor(block: number, timeoutMs: number): Promise<void> {
    return this.#progress.waitFor(block, timeoutMs);
  }

  async trace(id: string, { direction, asOf }: TraceOptions): Promise<Trace> {
    const position = await this.#position(asOf);
    const root = await resolve(this.#database.db, id, position.block);
    if (root) return this.#lineage.trace(root, direction, position);
    if (asOf === undefined && !this.#follower.caughtUp) {
      throw new LlmchainError(
        'not_yet_indexed',
        `"${id}" is not indexed yet and the index is still catching up with the ledger. Ask again in a moment.`,
        { id, indexed: position.block },
      );
    }
    throw new LlmchainError('not_found', `There was no "${id}" at block ${position.block}. Check the id.`, {
      id,
      block: position.block,
    });
  }

  transaction(id: string): Promise<TransactionAnswer | undefined> {
    return this.#ledger.transaction(id);
  }

  batchesOf(producer: string, model: string, version: number): Promise<{ sequence: number; state: string }[]> {
    return this.#ledger.batchesOf(producer, model, version);
  }

  catalogue(order: CatalogueOrder): Promise<CataloguePage> {
    return this.#catalogue.page(order);
  }

  async similar(fingerprint: Fingerprint, nearness: Nearness): Promise<{ works: SimilarWork[]; asOf: Position }> {
    const asOf = this.#progress.position;
    return { works: await this.#similar.near(fingerprint, nearness), asOf };
  }

  fingerprinted(after: FingerprintPlace, limit: number): Promise<Fingerprinted[]> {
    return this.#similar.after(after, limit);
  }

  fingerprintPlaces(works: readonly string[]): Promise<FingerprintPlace[]> {
    return this.#similar.places(works);
  }

  onWritten(listener: (origins: readonly string[]) => void): void {
    this.#listeners.push(listener);
  }

  putReceipts(receipts: readonly ReceiptEntry[]): Promise<void> {
    return this.#receipts.put(receipts);
  }

  /** Where the answer looks back to. */
  async #position(asOf: number | undefined): Promise<Position> {
    const indexed = this.#progress.position;
    if (asOf === undefined) return indexed;
    if (!Number.isInteger(asOf) || asOf < 0) {
      throw new LlmchainError('invalid_argument', 'asOf is the number of a block: a whole number from 0.', { asOf });
    }
    if (asOf > indexed.block) throw notYetIndexed(asOf, indexed);
    return (await this.#ledger.position(asOf)) ?? indexed;
  }
}
