import {
  canonicalJson,
  LlmchainError,
  merkleRoot,
  PAGE_ITEMS,
  toHex,
  type DatasetItem,
  type DatasetVersion,
} from '@llmchain/protocol';
import type { Actor } from '../ports/actor';
import type { Ledger, Ledgers } from '../ports/ledger';
import { mapConcurrently } from './concurrency';
import { derivedOperation } from './operation';
import type { Place } from './transact';

/** A work that the steward wants in the dataset. */
export interface WantedItem {
  work: string;
  licence?: string | undefined;
  spdx: string;
  /** Tokens of the work; its bytes when left out, as a byte-level tokenizer counts. */
  tokens?: number | undefined;
}

interface Offender {
  item: string;
  reason: string;
}

function pagesOf(items: readonly DatasetItem[]): DatasetItem[][] {
  const pages: DatasetItem[][] = [];
  for (let start = 0; start < items.length; start += PAGE_ITEMS) pages.push(items.slice(start, start + PAGE_ITEMS));
  return pages;
}

/**
 * Makes a dataset version of works: nothing is written before every item has consent, so that the steward learns of
 * every offender at once; then its pages go to the ledger and the version is sealed under its Merkle root.
 */
export class SealDataset {
  readonly #ledgers: Ledgers;

  constructor(_options: object, ports: { ledgers: Ledgers }) {
    this.#ledgers = ports.ledgers;
  }

  /** @throws {LlmchainError} `consent_missing` with `details.items`: every `{item, reason}` */
  async run(
    actor: Actor,
    dataset: string,
    order: { version: number; items: readonly WantedItem[]; operationId?: string | undefined },
  ): Promise<DatasetVersion & Place> {
    const { version, items: wanted } = order;
    const ledger = await this.#ledgers.as(actor);
    const { items, missing } = await this.#items(ledger, wanted);
    const pages = pagesOf(items);
    const refused = await mapConcurrently(pages, 4, (page) => ledger.query('datasets:consent', { items: page }));
    const offenders = [...missing, ...refused.flatMap((answer) => answer.offenders)];
    if (offenders.length > 0) {
      throw new LlmchainError(
        'consent_missing',
        `${offenders.length} of ${wanted.length} items may not be used. Leave them out or get a licence for them.`,
        { items: offenders },
      );
    }
    const root = toHex(merkleRoot(items.map((item) => canonicalJson(item))));
    // The caller's operation id is that of the first page, so that another list under it writes nothing at all.
    const operation = (what: string): string =>
      order.operationId === undefined
        ? derivedOperation('dataset', dataset, version, root, what)
        : derivedOperation('dataset', actor.name, order.operationId, what);
    for (const [index, page] of pages.entries()) {
      const operationId = operation(`page ${index}`);
      await ledger.submit('datasets:addPage', { operationId, dataset, version, index, items: page });
    }
    const operationId = operation('seal');
    const sealed = await ledger.submit('datasets:seal', { operationId, dataset, version, pages: pages.length, root });
    return { ...sealed.result, transaction: sealed.transaction, block: sealed.block };
  }

  /** The items in the order of their digests, with what the ledger says of each work. */
  async #items(ledger: Ledger, wanted: readonly WantedItem[]): Promise<{ items: DatasetItem[]; missing: Offender[] }> {
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
    const found = await mapConcurrently(wanted, 16, async ({ work: id, licence, spdx, tokens }) => {
      const work = await ledger.find('work', id);
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
