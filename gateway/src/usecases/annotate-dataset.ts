import { Readable } from 'node:stream';
import { Annotation, annotationLine } from '@llmchain/ingestion';
import { LlmchainError } from '@llmchain/protocol';
import type { Actor } from '../ports/actor';
import type { Holdings } from '../ports/holdings';
import type { Ledgers } from '../ports/ledger';
import type { ObjectStore, Spool } from '../ports/object-store';
import { layerLines, malformed } from './annotation-lines';
import { CONTENT_LIMIT } from './content';
import { contentKey } from './content-key';
import { DatasetItems, MOST_ITEMS } from './dataset-items';
import { readManifests } from './item-manifest';

/** A line as it comes in: who says it and when are added where they are left out. */
const Said = Annotation.omit({ aspect: true }).partial({ author: true, time: true });

/** What a layer is about, and who may speak in it. */
export interface LayerOrder {
  aspect: string;
  /** Pseudonyms that lines may name as their author; the actor's alone when left out. */
  authors?: readonly string[] | undefined;
  /** Manifests of what was ingested, which the version is to be sealed of. */
  manifests?: readonly string[] | undefined;
  /** A sealed version, whose items the next one is to take over. */
  from?: number | undefined;
}

interface Ports {
  ledgers: Ledgers;
  spool: Spool;
  store: ObjectStore;
  holdings: Holdings;
}

export interface Layer {
  address: string;
  aspect: string;
  annotations: number;
  /** Items that it speaks of. */
  items: number;
  bytes: number;
  authors: { author: string; annotations: number }[];
}

/**
 * Takes a layer of annotations for a version that is yet to be sealed: it lies in the member's bucket where its digest says,
 * apart from the items, and speaks of none but them.
 */
export class AnnotateDataset {
  readonly #ports: Ports;
  readonly #sealed: DatasetItems;

  constructor(_options: object, ports: Ports) {
    this.#ports = ports;
    this.#sealed = new DatasetItems({}, ports);
  }

  /** @throws {LlmchainError} `not_found` for the dataset or a manifest; `invalid_argument` with the line | `too_large` */
  async run(actor: Actor, dataset: string, content: Readable, order: LayerOrder): Promise<Layer> {
    await this.#ports.ledgers.service.get('dataset', dataset);
    const items = await this.#items(dataset, order);
    const said = { items: new Set<string>(), authors: new Map<string, number>() };
    const lines = this.#checked(actor, content, order, { items, said });
    const spooled = await this.#ports.spool.take(Readable.from(lines, { objectMode: false }), CONTENT_LIMIT);
    try {
      if (spooled.bytes === 0)
        throw new LlmchainError('invalid_argument', 'The layer holds nothing. Send lines of JSON: {"item", "label"}.');
      const address = contentKey(spooled.digest);
      // Known to be of its works before it is there, so that what it says of them goes when they are erased.
      const works = new Set([...said.items].flatMap((item) => items.get(item) ?? []));
      const { digest: layer } = spooled;
      await this.#ports.holdings.note([...works].map((work) => ({ work, content: layer, kind: 'layer' })));
      await this.#ports.store.putStream(address, spooled.open(), spooled.bytes);
      const authors = [...said.authors].sort(([a], [b]) => (a < b ? -1 : 1));
      return {
        address,
        aspect: order.aspect,
        annotations: authors.reduce((sum, [, count]) => sum + count, 0),
        items: said.items.size,
        bytes: spooled.bytes,
        authors: authors.map(([author, annotations]) => ({ author, annotations })),
      };
    } finally {
      await spooled.dispose();
    }
  }

  /** Works by the items that are taken from them. */
  async #items(dataset: string, { manifests, from }: LayerOrder): Promise<Map<string, string>> {
    if ((manifests === undefined) === (from === undefined))
      throw new LlmchainError(
        'invalid_argument',
        'Name what the layer speaks of: either ?manifests= of what was ingested, or ?from= a sealed version.',
      );
    const items =
      from === undefined
        ? await readManifests(this.#ports.store, manifests ?? [], MOST_ITEMS)
        : await this.#sealed.all(dataset, from, MOST_ITEMS);
    return new Map(items.map(({ digest, work }) => [digest, work]));
  }

  async *#checked(
    actor: Actor,
    content: AsyncIterable<Buffer>,
    { aspect, authors = [actor.name] }: LayerOrder,
    { items, said }: { items: ReadonlyMap<string, string>; said: { items: Set<string>; authors: Map<string, number> } },
  ): AsyncGenerator<string> {
    for await (const { line, value } of layerLines(content, Said)) {
      const { item, label, author = authors[0] ?? actor.name, time = Date.now() } = value;
      if (!items.has(item)) throw malformed(line, `item ${item} is not among those that it is to speak of`);
      if (!authors.includes(author)) throw malformed(line, `author ${author} is not among the authors named`);
      said.items.add(item);
      said.authors.set(author, (said.authors.get(author) ?? 0) + 1);
      yield `${annotationLine({ item, aspect, label, author, time })}\n`;
    }
  }
}
