import { ItemPage, type PlacedItem } from '@llmchain/evidence';
import {
  fromHex,
  LlmchainError,
  MerkleTree,
  ordinal,
  toHex,
  type DatasetItem,
  type DatasetVersion,
} from '@llmchain/protocol';
import type { Ledgers } from '../ports/ledger';
import { mapConcurrently } from './concurrency';
import { Memo } from './memo';

/** Most items of one ingestion, and of one version that is sealed, annotated or split in one call. */
export const MOST_ITEMS = 100_000;

/** Where a digest stands among a version's items: it, or the items between which it would stand. */
export type Place = { placed: PlacedItem } | { before: PlacedItem | null; after: PlacedItem | null };

/** A sealed version and what finds its pages: the tree over their roots, and each page's first digest. */
interface Contents {
  version: DatasetVersion;
  pages: MerkleTree;
  firsts: readonly string[];
}

/** Sealed versions never change; these bounds are on memory: about a megabyte a page, and 100 bytes a page. */
const PAGES_KEPT = 32;
const VERSIONS_KEPT = 1_000;
const FOR_EVER = Number.POSITIVE_INFINITY;
/** Pages read from the peer at the same time. */
const WIDTH = 4;

/** Finds items of sealed dataset versions, with their paths to the version's Merkle root. */
export class DatasetItems {
  readonly #ledgers: Ledgers;
  readonly #pages = new Memo<ItemPage>(FOR_EVER, PAGES_KEPT);
  readonly #contents = new Memo<Contents>(FOR_EVER, VERSIONS_KEPT);

  constructor(_options: object, ports: { ledgers: Ledgers }) {
    this.#ledgers = ports.ledgers;
  }

  /** @throws {LlmchainError} `not_found`; `digest_mismatch` when the peer's pages do not give the version's root */
  async find(dataset: string, version: number, digest: string): Promise<Place> {
    const contents = await this.#of(dataset, version);
    const { firsts } = contents;
    const page = Math.max(
      0,
      firsts.findLastIndex((first) => first <= digest),
    );
    const found = await this.#page(contents, page);
    const { items } = found;
    const position = found.position(digest);
    if (items[position]?.digest === digest) return { placed: await this.#placed(contents, page, position) };
    const before = position === 0 ? null : await this.#placed(contents, page, position - 1);
    if (position < items.length) return { before, after: await this.#placed(contents, page, position) };
    return { before, after: page + 1 < firsts.length ? await this.#placed(contents, page + 1, 0) : null };
  }

  /** The first item that is of a work, or is taken from it. @throws {LlmchainError} as {@link find} */
  async findWork(dataset: string, version: number, work: string): Promise<PlacedItem | undefined> {
    // An item that is the work itself has its digest.
    const place = await this.find(dataset, version, work);
    if ('placed' in place && place.placed.item.work === work) return place.placed;
    const contents = await this.#of(dataset, version);
    for (const page of contents.firsts.keys()) {
      const { items } = await this.#page(contents, page);
      const position = items.findIndex((item) => item.work === work);
      if (position >= 0) return this.#placed(contents, page, position);
    }
    return undefined;
  }

  /** All items, in their order. @throws {LlmchainError} as {@link find}; `too_large` above `most` */
  async all(dataset: string, version: number, most: number): Promise<DatasetItem[]> {
    const { items } = await this.#version(dataset, version);
    if (items > most) {
      throw new LlmchainError(
        'too_large',
        `${dataset}@${version} has ${items} items; one bundle holds at most ${most}. Ask for single items by ?item= or ?work=, or for its pages.`,
        { items, most },
      );
    }
    const contents = await this.#of(dataset, version);
    const pages = await mapConcurrently([...contents.firsts.keys()], WIDTH, (page) => this.#page(contents, page));
    return pages.flatMap((page) => page.items);
  }

  async #placed(contents: Contents, page: number, position: number): Promise<PlacedItem> {
    const { pages, version } = contents;
    return (await this.#page(contents, page)).placed(position, { page, pages, count: version.items });
  }

  #of(dataset: string, version: number): Promise<Contents> {
    return this.#contents.get(`${dataset}@${version}`, async () => {
      const record = await this.#version(dataset, version);
      const indices = Array.from({ length: record.pages }, (_, index) => index);
      const heads = await mapConcurrently(indices, WIDTH, async (index) => {
        const { root, first } = await this.#page({ version: record }, index);
        return { root, first };
      });
      const pages = new MerkleTree(heads.map(({ root }) => fromHex(root)));
      if (toHex(pages.root) !== record.root) {
        for (const index of indices) this.#pages.forget(pageName(record, index));
        throw new LlmchainError(
          'digest_mismatch',
          `The pages of ${dataset}@${version} that this member's peer has do not give its root. Ask another member.`,
          {
            dataset,
            version,
          },
        );
      }
      return { version: record, pages, firsts: heads.map(({ first }) => first) };
    });
  }

  #page({ version: record }: Pick<Contents, 'version'>, index: number): Promise<ItemPage> {
    return this.#pages.get(pageName(record, index), async () => {
      const { dataset, version } = record;
      const { items } = await this.#ledgers.service.get('dataset-page', dataset, ordinal(version), ordinal(index));
      return new ItemPage(items);
    });
  }

  #version(dataset: string, version: number): Promise<DatasetVersion> {
    return this.#ledgers.service.get('dataset-version', dataset, ordinal(version));
  }
}

function pageName({ dataset, version }: DatasetVersion, index: number): string {
  return `${dataset}@${version}/${index}`;
}
