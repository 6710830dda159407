import type { HeldShard } from '@llmchain/indexer';
import { verifyShard } from '@llmchain/ingestion';
import {
  grantStands,
  LlmchainError,
  mayRetain,
  PAGE_ITEMS,
  type DatasetItem,
  type ReleaseReason,
  type Shard,
} from '@llmchain/protocol';
import type { Holdings } from '../ports/holdings';
import type { IndexRecords } from '../ports/index-records';
import type { Ledgers } from '../ports/ledger';
import type { Log } from '../ports/log';
import type { ObjectStore, Spool } from '../ports/object-store';
import type { Peers } from '../ports/peers';
import { CONTENT_LIMIT } from './content';
import { contentKey } from './content-key';
import { DatasetItems, MOST_ITEMS } from './dataset-items';
import { LookAgain } from './look-again';
import { piecesOf } from './shard-dataset';

interface Ports {
  ledgers: Ledgers;
  store: ObjectStore;
  spool: Spool;
  peers: Peers;
  index: IndexRecords;
  holdings: Holdings;
  log: Log;
}

/** However quiet the ledger is: a member that was away is back, grants end with time. Milliseconds. */
const AT_LEAST_EVERY = 30_000;
/** What the ledger writes when there may be something to do. */
const KINDS = ['shard/', 'holding/', 'grant/', 'erasure/', 'licence/'];
/**
 * Keeps this node's copies of shards as the ledger says: fetches those that are placed on it, says so once it has checked
 * every item, destroys those that it may keep no longer and says that, too. All of it follows from the ledger, so that a
 * gateway that was down does it when it is back.
 */
export class KeepShards {
  readonly #own: string;
  readonly #node: string;
  readonly #ports: Ports;
  readonly #items: DatasetItems;
  readonly #looking: LookAgain;

  /** @param options.node the node of the own member's whose bucket this is */
  constructor(options: { own: string; node: string }, ports: Ports) {
    this.#own = options.own;
    this.#node = options.node;
    this.#ports = ports;
    this.#items = new DatasetItems({}, ports);
    this.#looking = new LookAgain({ kinds: KINDS, atLeastEvery: AT_LEAST_EVERY }, ports);
  }

  /** Looks, unless nothing can have changed. */
  run(now = Date.now()): Promise<void> {
    return this.#looking.run(now, () => this.#all(now));
  }

  async #all(now: number): Promise<void> {
    const erased = new Set(await this.#ports.index.records.erased());
    for (const held of await this.#ports.index.shards.keptBy(this.#own)) {
      try {
        await this.#look(held, erased, now);
      } catch (error) {
        const details = error instanceof LlmchainError ? error.toJSON() : { error: String(error) };
        const { dataset, version, index } = held.shard;
        this.#ports.log.warn({ ...details, dataset, version, shard: index }, 'a shard waits for the next look');
      }
    }
  }

  async #look(held: HeldShard, erased: ReadonlySet<string>, now: number): Promise<void> {
    const { shard } = held;
    const grant = shard.owner.member === this.#own ? undefined : await this.#grant(shard, now);
    const reason: ReleaseReason | undefined = (await this.#forbidden(await this.#itemsOf(shard), erased, now))
      ? 'erased'
      : shard.owner.member !== this.#own && grant === undefined
        ? 'access_ended'
        : this.#placed(shard)
          ? undefined
          : 'moved';
    if (reason === 'moved' && this.#awaited(held)) return;
    if (reason !== undefined) await this.#drop(held, reason);
    else await this.#keep(held, grant);
  }

  /** Fetches a copy where there is none, and says that it is kept once every item of it was checked. */
  async #keep(held: HeldShard, grant: string | undefined): Promise<void> {
    const { shard } = held;
    const { dataset, version, index, digest } = shard;
    const said = this.#said(held);
    if ((await this.#ports.store.size(contentKey(digest))) === undefined) {
      if (said) await this.#release(held, 'lost');
      if (!(await this.#fetch(held))) return;
    } else if (said) return;
    await verifyShard(await this.#ports.store.stream(contentKey(digest)), await this.#itemsOf(shard));
    const request = { dataset, version, node: this.#node, shards: [{ index, digest }] };
    const named = grant === undefined ? request : { ...request, grant };
    await this.#ports.ledgers.service.submit('datasets:hold', named);
  }

  /** From the dataset's owner, or from another node that holds it. @returns whether a copy came */
  async #fetch({ shard, holdings: said }: HeldShard): Promise<boolean> {
    const { peers, spool, store, holdings, log } = this.#ports;
    const { digest, owner, index } = shard;
    const holders = said.filter(({ state }) => state === 'held');
    for (const member of new Set([owner.member, ...holders.map((each) => each.member)])) {
      // Another node of the own member's may have it.
      if (member === this.#own && !holders.some((each) => each.member === member && each.node !== this.#node)) continue;
      try {
        const spooled = await spool.take(await peers.content(member, digest), CONTENT_LIMIT);
        try {
          if (spooled.digest !== digest)
            throw new LlmchainError('digest_mismatch', `${member} sent another file.`, { digest });
          const items = await this.#itemsOf(shard);
          await verifyShard(spooled.open(), items);
          await holdings.note(piecesOf(items, digest));
          await store.putStream(contentKey(digest), spooled.open(), spooled.bytes);
          return true;
        } finally {
          await spooled.dispose();
        }
      } catch (error) {
        const details = error instanceof LlmchainError ? error.toJSON() : { error: String(error) };
        log.info({ ...details, member, shard: index }, 'a shard did not come from this member');
      }
    }
    return false;
  }

  /** @returns whether there was a copy */
  async #drop(held: HeldShard, reason: ReleaseReason): Promise<boolean> {
    const { store, index, log } = this.#ports;
    const { digest, dataset, version, index: shard } = held.shard;
    // The same file may be a shard of another version, which this one is no reason to give up, but for an erasure.
    const others = (await index.shards.withDigest(digest)).filter(
      (other) => (other.shard.dataset !== dataset || other.shard.version !== version) && this.#said(other),
    );
    const destroyed = reason === 'erased' || others.length === 0 ? await store.remove(contentKey(digest)) : false;
    if (destroyed) log.info({ dataset, version, shard, reason }, 'a copy of a shard was destroyed');
    if (this.#said(held)) await this.#release(held, reason);
    return destroyed;
  }

  async #release({ shard: { dataset, version, index } }: HeldShard, reason: ReleaseReason): Promise<void> {
    const request = { dataset, version, node: this.#node, shards: [index], reason };
    await this.#ports.ledgers.service.submit('datasets:release', request);
  }

  /** Whether this is a shard of an own dataset that no other node of the member's says it holds yet: others fetch it from here. */
  #awaited({ shard, holdings }: HeldShard): boolean {
    return (
      shard.owner.member === this.#own &&
      !holdings.some(
        ({ member, node, state, digest }) =>
          member === this.#own && node !== this.#node && state === 'held' && digest === shard.digest,
      )
    );
  }

  #placed({ holders }: Shard): boolean {
    return holders.some(({ member, node }) => member === this.#own && node === this.#node);
  }

  /** Whether the ledger has it that this node holds the shard. */
  #said({ holdings, shard: { digest } }: HeldShard): boolean {
    return holdings.some(
      ({ member, node, state, digest: held }) =>
        member === this.#own && node === this.#node && state === 'held' && held === digest,
    );
  }

  /** A grant of this member's on the shard's version that stands. */
  async #grant({ dataset, version }: Shard, now: number): Promise<string | undefined> {
    const grants = await this.#ports.index.records.grantsTo(this.#own, null);
    return grants.find(
      (grant) =>
        grant.subject.kind === 'dataset' &&
        grant.subject.dataset === dataset &&
        grant.subject.version === version &&
        grantStands(grant, now),
    )?.grant;
  }

  /** Whether one of the items is of an erased work that no irrevocable licence lets this member keep. */
  async #forbidden(items: readonly DatasetItem[], erased: ReadonlySet<string>, now: number): Promise<boolean> {
    const found = erased.size === 0 ? [] : items.filter(({ work }) => erased.has(work));
    const { ledgers, index } = this.#ports;
    for (const id of new Set(found.map(({ work }) => work))) {
      const licences = await index.records.licencesOf(id);
      if (!mayRetain(await ledgers.service.get('work', id), this.#own, licences, now)) return true;
    }
    return false;
  }

  async #itemsOf({ dataset, version, firstPage, items }: Shard): Promise<DatasetItem[]> {
    const first = firstPage * PAGE_ITEMS;
    return (await this.#items.all(dataset, version, MOST_ITEMS)).slice(first, first + items);
  }
}
