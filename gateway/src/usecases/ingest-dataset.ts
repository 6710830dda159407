import { Readable } from 'node:stream';
import {
  Annotation,
  annotationLine,
  Ingestion,
  type CleaningReport,
  type DiversityReport,
  type IngestedItem,
  type IngestParameters,
} from '@llmchain/ingestion';
import { canonicalJson, LlmchainError, MinHashIndex, sha256Hex, textSignature } from '@llmchain/protocol';
import type { Actor } from '../ports/actor';
import type { Holdings } from '../ports/holdings';
import type { IndexRecords } from '../ports/index-records';
import type { Ledgers } from '../ports/ledger';
import type { ObjectStore, Spool, Spooled } from '../ports/object-store';
import { CONTENT_LIMIT } from './content';
import { contentKey } from './content-key';
import { MOST_ITEMS } from './dataset-items';
import { manifestLine } from './item-manifest';

/** Items on their way into the bucket at the same time. */
const WIDTH = 8;

/** The parameters, as far as they are known. */
export type IngestOrder = Omit<IngestParameters, 'format'> & { format?: IngestParameters['format'] | undefined };

export interface Ingested {
  items: number;
  bytes: number;
  tokens: number;
  /** Of the items' contents, in the order in which they stood. */
  digests: string[];
  /** Where the list of items lies, which a version is sealed from; null when nothing came through. */
  manifest: string | null;
  cleaning: { address: string; report: CleaningReport };
  diversity: { address: string; report: DiversityReport };
  /** Where layers of annotations lie: captions, by whoever brought them. */
  annotations: string[];
}

interface Ports {
  ledgers: Ledgers;
  index: IndexRecords;
  holdings: Holdings;
  spool: Spool;
  store: ObjectStore;
}

/** Takes a file into a dataset: its items go to the member's bucket, the ledger learns of nothing before the seal. */
export class IngestDataset {
  readonly #ports: Ports;

  constructor(_options: object, ports: Ports) {
    this.#ports = ports;
  }

  /**
   * @param actor stands as author of captions
   * @throws {LlmchainError} `not_found` for the dataset; `invalid_argument` | `too_large` for what cannot be taken;
   * `wrong_state` for items of works that were erased
   */
  async run(actor: Actor, dataset: string, content: Readable, order: IngestOrder): Promise<Ingested> {
    const { format } = order;
    if (format === undefined) {
      throw new LlmchainError('invalid_argument', 'Name the format: ?format=text, jsonl, csv, tar or zip.');
    }
    await this.#ports.ledgers.service.get('dataset', dataset);
    const spooled = await this.#ports.spool.take(content, CONTENT_LIMIT);
    try {
      return await this.#ingest(actor, dataset, spooled, { ...order, format });
    } finally {
      await spooled.dispose();
    }
  }

  async #ingest(actor: Actor, dataset: string, file: Spooled, parameters: IngestParameters): Promise<Ingested> {
    const source = { digest: file.digest, bytes: file.bytes };
    const ingestion = new Ingestion(
      file.path,
      { dataset, parameters, source, mostItems: MOST_ITEMS },
      { signatureOf: textSignature, index: new MinHashIndex() },
    );
    const digests: string[] = [];
    const captions: string[] = [];
    const captioned = new Set<string>();
    const erased = new Set(await this.#ports.index.records.erased());
    const lines = this.#stored(ingestion, (item) => {
      demandNotErased(item, erased);
      digests.push(item.digest);
      const { digest, caption, work } = item;
      if (caption !== undefined) {
        captioned.add(work);
        const annotation = { item: digest, aspect: 'caption', label: caption, author: actor.name, time: Date.now() };
        captions.push(`${annotationLine(Annotation.parse(annotation))}\n`);
      }
    });
    const manifest = await this.#ports.spool.take(Readable.from(lines, { objectMode: false }), CONTENT_LIMIT);
    try {
      const address = contentKey(manifest.digest);
      if (manifest.bytes > 0) await this.#ports.store.putStream(address, manifest.open(), manifest.bytes);
      const report = ingestion.report();
      const diversity = ingestion.diversity();
      return {
        ...report.kept,
        digests,
        manifest: manifest.bytes > 0 ? address : null,
        cleaning: { address: await this.#put(canonicalJson(report)), report },
        diversity: { address: await this.#put(canonicalJson(diversity)), report: diversity },
        annotations: captions.length > 0 ? [await this.#layer(captions.join(''), captioned)] : [],
      };
    } finally {
      await manifest.dispose();
    }
  }

  /** The manifest's lines, each once its item's content is on its way; the bucket's pace is the reader's. */
  async *#stored(ingestion: Ingestion, tell: (item: IngestedItem) => void): AsyncGenerator<string> {
    const underWay = new Set<Promise<void>>();
    try {
      for await (const item of ingestion.items()) {
        tell(item);
        const put = this.#keep(item);
        const tracked = put.finally(() => underWay.delete(tracked));
        // Told of by the race or by the end, whichever comes first.
        tracked.catch(() => undefined);
        underWay.add(tracked);
        if (underWay.size >= WIDTH) await Promise.race(underWay);
        yield manifestLine(item);
      }
      await Promise.all(underWay);
    } finally {
      await Promise.allSettled(underWay);
    }
  }

  /** An item is known to be of its work before it is there, so that it goes when the work is erased. */
  async #keep({ digest: content, work, content: bytes }: IngestedItem): Promise<void> {
    await this.#ports.holdings.note([{ work, content, kind: 'item' }]);
    await this.#ports.store.put(contentKey(content), bytes);
  }

  async #layer(text: string, works: ReadonlySet<string>): Promise<string> {
    const content = sha256Hex(text);
    await this.#ports.holdings.note([...works].map((work) => ({ work, content, kind: 'layer' })));
    return this.#put(text);
  }

  async #put(text: string): Promise<string> {
    const address = contentKey(sha256Hex(text));
    await this.#ports.store.put(address, Buffer.from(text, 'utf8'));
    return address;
  }
}

/** @throws {LlmchainError} `wrong_state` */
function demandNotErased({ digest, work }: IngestedItem, erased: ReadonlySet<string>): void {
  const gone = [work, digest].find((each) => erased.has(each));
  if (gone === undefined) return;
  throw new LlmchainError('wrong_state', 'The owner of a work in this file had its content erased. Leave it out.', {
    work: gone,
    item: digest,
  });
}
