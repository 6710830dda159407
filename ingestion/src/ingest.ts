import { LlmchainError } from '@llmchain/protocol';
import { Cleaner, type Cleaned } from './clean/cleaner';
import { NearDuplicates, type SignatureIndex } from './clean/near';
import type { Document, Rejection } from './document';
import { LIMITS, tooLarge, type Limits } from './limits';
import { defaultsOf, type IngestParameters } from './parameters';
import { readDocuments } from './readers/read';
import { DroppedSample, type CleaningReport } from './report/cleaning';
import { Diversity, type DiversityReport } from './report/diversity';

/** An item that came through, with its content: kept or passed on before the next one is asked for. */
export interface IngestedItem extends Cleaned {
  /** As a byte-level tokenizer counts: the bytes. */
  tokens: number;
  caption?: string | undefined;
}

export interface IngestOptions {
  dataset: string;
  parameters: IngestParameters;
  /** What is known of the file as a whole. */
  source?: CleaningReport['source'];
  limits?: Partial<Limits>;
  /** Most items that are kept; one more is refused. */
  mostItems?: number;
}

export interface IngestDependencies {
  /** MinHash signature of a text; undefined for one without words. */
  signatureOf: (text: string) => Uint32Array | undefined;
  /** Empty. */
  index: SignatureIndex;
}

const VERSIONS = {
  ingestion: '0.1.0',
  'csv-parse': '7.0.3',
  'franc-min': '6.2.0',
  'tar-stream': '3.2.2',
  yauzl: '3.4.0',
};

/** One file or folder on its way into a dataset: read, cleaned and counted, document by document. */
export class Ingestion {
  readonly #file: string;
  readonly #options: IngestOptions;
  readonly #cleaner: Cleaner;
  readonly #diversity = new Diversity();
  readonly #sample = new DroppedSample();
  readonly #unreadable = new Map<string, number>();
  readonly #kept = { items: 0, bytes: 0, tokens: 0 };
  #documents = 0;

  /** @param file a file or folder on disk */
  constructor(file: string, options: IngestOptions, dependencies: IngestDependencies) {
    this.#file = file;
    this.#options = options;
    const near = new NearDuplicates({ similarity: options.parameters.similarity / 1_000 }, dependencies);
    this.#cleaner = new Cleaner(options.parameters, { near });
  }

  /**
   * The items, as fast as they are taken. Goes through the file once.
   * @throws {LlmchainError} `invalid_argument` | `too_large` for files that are broken, mislabelled or harmful
   */
  async *items(): AsyncGenerator<IngestedItem> {
    const { parameters, limits, mostItems = Infinity } = this.#options;
    const documents = readDocuments(this.#file, {
      format: parameters.format,
      field: parameters.field,
      metadata: defaultsOf(parameters),
      name: 'content',
      limits: { ...LIMITS, ...limits },
      reject: (rejection) => this.#reject(rejection),
    });
    for await (const document of documents) {
      this.#documents += 1;
      const cleaned = this.#cleaner.clean(document);
      if ('reason' in cleaned) {
        this.#sample.add(cleaned);
        continue;
      }
      if (this.#kept.items >= mostItems) {
        tooLarge(`More than ${mostItems} items came through. Split the file, and seal a version of each part.`, {
          most: mostItems,
        });
      }
      yield this.#keep(document, cleaned);
    }
    if (this.#documents + this.#unreadable.size === 0) {
      throw new LlmchainError('invalid_argument', 'There are no documents in it. Name its format, and its field.');
    }
  }

  /** Documents read and items kept so far. */
  get progress(): { documents: number; items: number } {
    return { documents: this.#documents, items: this.#kept.items };
  }

  /** What was done, once all items were taken. */
  report(): CleaningReport {
    const { dataset, source = {}, parameters } = this.#options;
    const unreadable = Object.fromEntries([...this.#unreadable].sort(([a], [b]) => (a < b ? -1 : 1)));
    const rejected = [...this.#unreadable.values()].reduce((sum, count) => sum + count, 0);
    return {
      schema: 'cleaning-report/1',
      dataset,
      source,
      parameters,
      versions: { ...VERSIONS, unicode: process.versions.unicode ?? 'unknown' },
      documents: this.#documents + rejected,
      unreadable,
      steps: this.#cleaner.steps(),
      kept: { ...this.#kept },
      sample: this.#sample.list(),
    };
  }

  diversity(): DiversityReport {
    return this.#diversity.report(this.#options.dataset);
  }

  #keep(document: Document, cleaned: Cleaned): IngestedItem {
    const tokens = cleaned.content.length;
    this.#kept.items += 1;
    this.#kept.bytes += cleaned.content.length;
    this.#kept.tokens += tokens;
    const { period, source, contributor } = document.metadata;
    const { language, medium } = cleaned;
    this.#diversity.add({ language, medium, period, source, contributor }, tokens);
    return { ...cleaned, tokens, caption: document.caption };
  }

  #reject({ reason }: Rejection): void {
    this.#unreadable.set(reason, (this.#unreadable.get(reason) ?? 0) + 1);
    this.#sample.add({ step: 'read', reason });
  }
}
