import { Readable } from 'node:stream';
import { packShard, shardBytes } from '@llmchain/ingestion';
import {
  grantStands,
  LlmchainError,
  MOST_SHARDS,
  PAGE_ITEMS,
  type DatasetItem,
  type ShardEntry,
} from '@llmchain/protocol';
import type { Actor } from '../ports/actor';
import type { Holding, Holdings } from '../ports/holdings';
import type { IndexRecords } from '../ports/index-records';
import type { Ledger, Ledgers } from '../ports/ledger';
import type { ObjectStore, Spool } from '../ports/object-store';
import { collect } from './concurrency';
import { CONTENT_LIMIT, type Content } from './content';
import { contentKey } from './content-key';
import { DatasetItems, MOST_ITEMS } from './dataset-items';
import { operationOf } from './operation';
import { ReadAhead } from './read-ahead';
import type { Place } from './transact';

export interface ShardingOrder {
  dataset: string;
  version: number;
  /** Whole pages in a shard; the last may hold fewer. */
  pagesPerShard: number;
  /** Copies of each shard in all, the owner's among them. */
  replicas: number;
  /** Grants on the version whose grantees may keep copies; all that stand, when left out. */
  grants?: readonly string[] | undefined;
}

export interface Sharded extends Place {
  shards: ShardEntry[];
  placement: { member: string; node: string; shards: number[]; bytes: number }[];
}

interface Ports {
  ledgers: Ledgers;
  spool: Spool;
  store: ObjectStore;
  index: IndexRecords;
  holdings: Holdings;
  content: Content;
}

/** Items that are read ahead of their turn, and how large one of them may be, bytes. */
const WIDTH = 16;
const SMALL = 1024 * 1024;

/** Splits a sealed version into files of whole pages in the member's bucket, and has the ledger place them. */
export class ShardDataset {
  readonly #ports: Ports;
  readonly #items: DatasetItems;

  constructor(_options: object, ports: Ports) {
    this.#ports = ports;
    this.#items = new DatasetItems({}, ports);
  }

  /**
   * @throws {LlmchainError} `not_found` for the version or an item's content | `not_authorised` for content that the member
   * may not have | `too_large` for a shard above 1 GiB | `consent_missing`, and what else the ledger says
   */
  async run(actor: Actor, order: ShardingOrder, operationId?: string): Promise<Sharded> {
    const { dataset, version, pagesPerShard, replicas } = order;
    const ledger = await this.#ports.ledgers.as(actor);
    const items = await this.#items.all(dataset, version, MOST_ITEMS);
    const grants = order.grants ?? (await this.#standing(ledger, dataset, version));
    const shards: ShardEntry[] = [];
    const size = pagesPerShard * PAGE_ITEMS;
    const before = await this.#ports.index.shards.of(order, { limit: MOST_SHARDS });
    for (let start = 0; start < items.length; start += size) {
      const some = items.slice(start, start + size);
      // To place what is split already, nothing has to be read again.
      const known = before[shards.length]?.shard;
      const same =
        known?.items === some.length && (await this.#ports.store.size(contentKey(known.digest))) !== undefined;
      shards.push(
        same ? { digest: known.digest, pages: known.pages, bytes: known.bytes } : await this.#pack(actor, some),
      );
    }
    const { result, transaction, block } = await ledger.submit('datasets:shard', {
      operationId: operationOf(operationId),
      dataset,
      version,
      replicas,
      grants: [...grants],
      shards,
    });
    return { shards, ...result, transaction, block };
  }

  async #pack(actor: Actor, items: readonly DatasetItem[]): Promise<ShardEntry> {
    const { spool, store, holdings } = this.#ports;
    const bytes = shardBytes(items);
    if (bytes > CONTENT_LIMIT)
      throw new LlmchainError(
        'too_large',
        `A shard of these pages has ${bytes} bytes; at most ${CONTENT_LIMIT} go into one. Take fewer pages.`,
        { bytes, limit: CONTENT_LIMIT },
      );
    const ahead = new ReadAhead({ width: WIDTH }, { items, load: (item) => this.#load(actor, item) });
    const file = packShard(items, async () => (await ahead.next())());
    const spooled = await spool.take(Readable.from(file, { objectMode: false }), CONTENT_LIMIT);
    try {
      await holdings.note(piecesOf(items, spooled.digest));
      await store.putStream(contentKey(spooled.digest), spooled.open(), spooled.bytes);
      return { digest: spooled.digest, pages: Math.ceil(items.length / PAGE_ITEMS), bytes: spooled.bytes };
    } finally {
      await spooled.dispose();
    }
  }

  /** What opens an item: what is small is in memory by then. */
  async #load(actor: Actor, { digest, work, bytes }: DatasetItem): Promise<() => Promise<AsyncIterable<Buffer>>> {
    const { store, content } = this.#ports;
    const key = contentKey(digest);
    // An item that was ingested lies here under its own digest; a work is asked for by whoever may have it, and logged.
    const ingested = digest !== work && (await store.size(key)) !== undefined;
    const open = async (): Promise<AsyncIterable<Buffer>> => {
      if (ingested) return store.stream(key);
      const opened = await content.open(actor, digest);
      return closing(await opened.open(), () => opened.close());
    };
    if (bytes > SMALL) return open;
    const pieces: Buffer[] = [];
    for await (const piece of await open()) pieces.push(piece);
    return () => Promise.resolve(Readable.from(pieces));
  }

  /** One grant on the version for each member that has one. */
  async #standing(ledger: Ledger, dataset: string, version: number): Promise<string[]> {
    const all = await collect(ledger.list('grant'));
    const found = all.filter(
      (grant) =>
        grant.subject.kind === 'dataset' &&
        grant.subject.dataset === dataset &&
        grant.subject.version === version &&
        grantStands(grant, Date.now()),
    );
    const byMember = new Map(found.map(({ grantee, grant }) => [grantee, grant]));
    return [...byMember.values()].sort();
  }
}

/** A shard as a piece of every work that it holds something of, so that it goes when one of them is erased. */
export function piecesOf(items: readonly DatasetItem[], content: string): Holding[] {
  return [...new Set(items.map(({ work }) => work))].map((work) => ({ work, content, kind: 'shard' }));
}

/** Closes what a stream was opened from once it is read, or given up. */
async function* closing(stream: AsyncIterable<Buffer>, close: () => Promise<void>): AsyncGenerator<Buffer> {
  try {
    yield* stream;
  } finally {
    await close();
  }
}
