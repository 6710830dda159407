import { setTimeout as delay } from 'node:timers/promises';
import {
  canonicalJson,
  LlmchainError,
  merkleRoot,
  ordinal,
  PAGE_ITEMS,
  toHex,
  type DatasetItem,
  type DatasetVersion,
} from '@llmchain/protocol';
import type { Actor } from '../ports/actor';
import type { Holdings } from '../ports/holdings';
import type { IndexRecords } from '../ports/index-records';
import type { Ledgers } from '../ports/ledger';
import type { ObjectStore, Spool } from '../ports/object-store';
import { AnnotationLayers } from './annotation-layers';
import { malformed } from './annotation-lines';
import { DatasetItems, MOST_ITEMS } from './dataset-items';
import { mapConcurrently } from './concurrency';
import { contentKey } from './content-key';
import { readManifests } from './item-manifest';
import { offendersAmong } from './offenders';
import { derivedOperation } from './operation';
import type { Place } from './transact';
import { worksOf } from './works';

/** A work that the steward wants in the dataset. */
export interface WantedItem {
  work: string;
  licence?: string | undefined;
  spdx: string;
  /** Tokens of the work; its bytes when left out, as a byte-level tokenizer counts. */
  tokens?: number | undefined;
}

/** What a version is to hold: works as they are, what manifests in the bucket list, or an earlier version without some works. */
export interface SealingOrder {
  version: number;
  items?: readonly WantedItem[] | undefined;
  manifests?: readonly string[] | undefined;
  /** An earlier version, whose items it takes over but those of the works in `without`. */
  from?: number | undefined;
  without?: readonly string[] | undefined;
  operationId?: string | undefined;
  cleaning?: string | undefined;
  annotations?: string[] | undefined;
  diversity?: string | undefined;
}

interface Offender {
  item: string;
  reason: string;
}

interface Ports {
  ledgers: Ledgers;
  store: ObjectStore;
  spool: Spool;
  index: IndexRecords;
  holdings: Holdings;
}

/** Pages on their way to the ledger at the same time, after the first. */
const PAGES_AT_ONCE = 4;

function pagesOf(items: readonly DatasetItem[]): DatasetItem[][] {
  const pages: DatasetItem[][] = [];
  for (let start = 0; start < items.length; start += PAGE_ITEMS) pages.push(items.slice(start, start + PAGE_ITEMS));
  return pages;
}

/** How often, and how long apart, a version is sealed whose pages an endorser does not have yet, milliseconds. */
const SEALS = 20;
const BETWEEN = 500;

/** Tries again while an endorsing peer is some blocks behind: its pages were committed before. */
async function whenSeen<T>(seal: () => Promise<T>): Promise<T> {
  for (let left = SEALS; ; left--) {
    try {
      return await seal();
    } catch (error) {
      const behind =
        error instanceof LlmchainError && error.code === 'not_found' && error.details.type === 'dataset-page';
      if (!behind || left === 0) throw error;
      await delay(BETWEEN);
    }
  }
}

/**
 * Makes a dataset version of works: nothing is written before every item has consent, so that the steward learns of
 * every offender at once; then its pages go to the ledger and the version is sealed under its Merkle root.
 */
export class SealDataset {
  readonly #ports: Ports;
  readonly #sealed: DatasetItems;
  readonly #layers: AnnotationLayers;

  constructor(_options: object, ports: Ports) {
    this.#ports = ports;
    this.#sealed = new DatasetItems({}, ports);
    this.#layers = new AnnotationLayers({}, ports);
  }

  /**
   * @throws {LlmchainError} `consent_missing` with `details.items`: every `{item, reason}`; `not_found` for manifests and
   * reports that the member's bucket does not hold
   */
  async run(actor: Actor, dataset: string, order: SealingOrder): Promise<DatasetVersion & Place> {
    const named = [order.items, order.manifests, order.from].filter((one) => one !== undefined).length;
    if (named !== 1 || (order.from === undefined) !== (order.without === undefined))
      throw new LlmchainError(
        'invalid_argument',
        'Name either the items of the version, or their manifests, or the version that it comes from and what it is without.',
      );
    const { version, cleaning, diversity } = order;
    await this.#demandKept([cleaning, ...(order.annotations ?? []), diversity].filter((each) => each !== undefined));
    const ledger = await this.#ports.ledgers.as(actor);
    const { items, missing } = await this.#wanted(dataset, order);
    await this.#demandLayers(order.annotations ?? [], items);
    const pages = pagesOf(items);
    const { owner } = await this.#ports.ledgers.service.get('dataset', dataset);
    const refused = await offendersAmong(this.#ports, items, { ledger, licensee: owner.member });
    const offenders = [...missing, ...refused];
    if (offenders.length > 0) {
      throw new LlmchainError(
        'consent_missing',
        `${offenders.length} of ${items.length + missing.length} items may not be used. Leave them out or get a licence for them.`,
        { items: offenders },
      );
    }
    const annotations = order.annotations ?? (await this.#carried(dataset, order.from, items));
    const reports = {
      ...(cleaning ? { cleaning } : {}),
      ...(annotations.length > 0 ? { annotations } : {}),
      ...(diversity ? { diversity } : {}),
    };
    const root = toHex(merkleRoot(items.map((item) => canonicalJson(item))));
    // The caller's operation id is that of the first page, so that another list under it writes nothing at all.
    const operation = (what: string): string =>
      order.operationId === undefined
        ? derivedOperation('dataset', dataset, version, root, what)
        : derivedOperation('dataset', actor.name, order.operationId, what);
    const add = async (page: DatasetItem[], index: number): Promise<void> => {
      const operationId = operation(`page ${index}`);
      await ledger.submit('datasets:addPage', { operationId, dataset, version, index, items: page });
    };
    const [first, ...others] = pages;
    if (first) await add(first, 0);
    await mapConcurrently(others, PAGES_AT_ONCE, (page, index) => add(page, index + 1));
    const operationId = operation('seal');
    const seal = { operationId, dataset, version, pages: pages.length, root, ...reports };
    const sealed = await whenSeen(() => ledger.submit('datasets:seal', seal));
    return { ...sealed.result, transaction: sealed.transaction, block: sealed.block };
  }

  /** Every report named on the ledger can be read. @throws {LlmchainError} `not_found` */
  async #demandKept(digests: readonly string[]): Promise<void> {
    for (const digest of digests) {
      if ((await this.#ports.store.size(contentKey(digest))) !== undefined) continue;
      throw new LlmchainError('not_found', `The bucket does not hold the report ${digest}. Ingest or put it first.`, {
        digest,
      });
    }
  }

  /** Layers speak of this version's items alone. @throws {LlmchainError} `invalid_argument` with the layer and the line */
  async #demandLayers(digests: readonly string[], items: readonly DatasetItem[]): Promise<void> {
    const held = new Set(items.map(({ digest }) => digest));
    for (const digest of digests) {
      for await (const { line, value } of this.#layers.lines(digest))
        if (!held.has(value.item)) throw malformed(line, `the version has no item ${value.item} (layer ${digest})`);
    }
  }

  async #wanted(dataset: string, order: SealingOrder): Promise<{ items: DatasetItem[]; missing: Offender[] }> {
    if (order.items) return this.#items(order.items);
    if (order.from !== undefined)
      return { items: await this.#without(dataset, order.from, order.without ?? []), missing: [] };
    const items = await readManifests(this.#ports.store, order.manifests ?? [], MOST_ITEMS);
    return { items: items.sort((a, b) => (a.digest < b.digest ? -1 : 1)), missing: [] };
  }

  /** What annotations of an earlier version say of the items that are taken over. */
  async #carried(dataset: string, from: number | undefined, items: readonly DatasetItem[]): Promise<string[]> {
    if (from === undefined) return [];
    const { annotations = [] } = await this.#ports.ledgers.service.get('dataset-version', dataset, ordinal(from));
    const held = new Set(items.map(({ digest }) => digest));
    const carried: string[] = [];
    for (const layer of annotations) {
      const standing = await this.#ports.holdings.standing(layer);
      const left = standing === undefined ? undefined : await this.#layers.filtered(standing, (item) => held.has(item));
      if (left !== undefined) carried.push(left);
    }
    return carried;
  }

  /** The items of an earlier version but those that are of these works, in the order of their digests. */
  async #without(dataset: string, from: number, works: readonly string[]): Promise<DatasetItem[]> {
    const before = await this.#sealed.all(dataset, from, MOST_ITEMS);
    const held = new Set(before.map(({ work }) => work));
    const strange = works.filter((work) => !held.has(work));
    if (strange.length > 0)
      throw new LlmchainError(
        'invalid_argument',
        `${dataset}@${from} holds nothing of ${strange.length} of these works.`,
        {
          issues: [{ pointer: '/without', message: 'must name works that the version holds' }],
          works: strange.slice(0, 20),
        },
      );
    const left = before.filter(({ work }) => !works.includes(work));
    if (left.length > 0) return left;
    throw new LlmchainError('invalid_argument', `Without these works nothing is left of ${dataset}@${from}.`, {
      issues: [{ pointer: '/without', message: 'must leave something' }],
    });
  }

  /** The items in the order of their digests, with what the ledger says of each work. */
  async #items(wanted: readonly WantedItem[]): Promise<{ items: DatasetItem[]; missing: Offender[] }> {
    const seen = new Set<string>();
    for (const { work } of wanted) {
      if (seen.has(work)) {
        throw new LlmchainError('invalid_argument', `Work ${work} stands twice in the list. Name each work once.`, {
          work,
        });
      }
      seen.add(work);
    }
    const missing: Offender[] = [];
    // Of a work only its size is taken, which never changes.
    const works = await worksOf(this.#ports, seen);
    const found = wanted.map(({ work: id, licence, spdx, tokens }) => {
      const work = works.get(id);
      if (!work) {
        missing.push({ item: id, reason: 'not_registered' });
        return undefined;
      }
      return {
        digest: id,
        work: id,
        ...(licence ? { licence } : {}),
        spdx,
        bytes: work.bytes,
        tokens: tokens ?? work.bytes,
      };
    });
    const items = found.filter((item) => item !== undefined).sort((a, b) => (a.digest < b.digest ? -1 : 1));
    return { items, missing: missing.sort((a, b) => (a.item < b.item ? -1 : 1)) };
  }
}
