import {
  ancestorsOf,
  consentTo,
  DATASET_USE,
  earlier,
  LlmchainError,
  ordinal,
  trainingDataOf,
  type DatasetItem,
  type DatasetRef,
  type ModelRef,
  type ModelVersion,
  type Refusal,
} from '@llmchain/protocol';
import type { IndexRecords } from '../ports/index-records';
import { Memo } from './memo';

/** A work behind a dataset version that may not be used, and why. */
export interface Offence {
  dataset: string;
  version: number;
  page: number;
  item: string;
  work: string;
  reason: Refusal;
}

/** Whether consent behind a dataset version stands, at the block that the index is at. */
interface Standing {
  offences: Offence[];
  /** When the first consent ends of itself, milliseconds since the Unix epoch. */
  until: number | null;
}

interface Remembered extends Standing {
  /** State keys that the answer rests on. */
  rests: ReadonlySet<string>;
}

/** Offences that one error names; the others are in the answer of the route. */
const NAMED = 20;
/** Versions that others were made from, in memory. */
const VERSIONS_KEPT = 1_000;

/**
 * Consent is live: whether every work behind a dataset or a model may be used now, by the same rule as the chaincode's,
 * over the records that this member has indexed. An answer is remembered until one of the records that it rests on is
 * written, or a licence that it rests on ends.
 */
export class ConsentStanding {
  readonly #index: IndexRecords;
  readonly #now: () => number;
  readonly #remembered = new Map<string, Remembered>();
  readonly #versions = new Memo<ModelVersion>(Number.POSITIVE_INFINITY, VERSIONS_KEPT);
  /** Counts what was forgotten, so that an answer that was overtaken while it was worked out is not remembered. */
  #forgotten = 0;

  constructor(options: { now?: () => number }, ports: { index: IndexRecords }) {
    this.#now = options.now ?? Date.now;
    this.#index = ports.index;
    this.#index.onWritten((origins) => {
      this.#forget(origins);
    });
  }

  /** @throws {LlmchainError} `tainted` with the works and the reasons */
  async demand(model: ModelVersion): Promise<void> {
    const offences = await this.ofModel(model);
    if (offences.length === 0) return;
    const works = new Set(offences.map(({ work }) => work));
    throw new LlmchainError(
      'tainted',
      `Consent behind ${model.model}@${model.version} no longer stands for ${works.size} of its works, so it is not served.`,
      { model: model.model, version: model.version, works: works.size, offences: offences.slice(0, NAMED) },
    );
  }

  /**
   * Works behind a model version, and behind those that it was made from, that whoever trained on them may not use now.
   * @throws {LlmchainError} `not_yet_indexed` when the index does not have a version that it was made from
   */
  async ofModel(model: Pick<ModelVersion, 'datasets' | 'owner' | 'parent'>): Promise<Offence[]> {
    const line = [model, ...(await ancestorsOf(model, (parent) => this.#version(parent)))];
    const all = await Promise.all(
      trainingDataOf(line).map(({ dataset, licensee }) => this.ofDataset(dataset, licensee)),
    );
    return all.flat();
  }

  /** Works in a dataset version that a member may not use now. @param licensee MSP id */
  async ofDataset(reference: DatasetRef, licensee: string): Promise<Offence[]> {
    const key = `${reference.dataset}@${reference.version}/${licensee}`;
    const known = this.#remembered.get(key);
    if (known && (known.until === null || this.#now() < known.until)) return known.offences;
    const before = this.#forgotten;
    const found = await this.#examine(reference, licensee);
    if (before === this.#forgotten) this.#remembered.set(key, found);
    return found.offences;
  }

  async #examine(reference: DatasetRef, licensee: string): Promise<Remembered> {
    const { records } = this.#index;
    const pages = await records.datasetPages(reference);
    const items = pages.flatMap((page) => page.items.map((item) => ({ page: page.index, item })));
    const named = (of: (item: DatasetItem) => string | undefined): string[] => [
      ...new Set(items.flatMap(({ item }) => of(item) ?? [])),
    ];
    const [works, licences] = await Promise.all([
      records.current(
        'work',
        named(({ work }) => work),
      ),
      records.current(
        'licence',
        named(({ licence }) => licence),
      ),
    ]);
    const now = this.#now();
    const standing: Standing = { offences: [], until: null };
    for (const { page, item } of items) {
      const licence = item.licence === undefined ? undefined : (licences.get(item.licence) ?? null);
      const consent = consentTo(DATASET_USE, works.get(item.work), licence, licensee, now);
      if (consent.granted) standing.until = earlier(standing.until, consent.until);
      else standing.offences.push({ ...reference, page, item: item.digest, work: item.work, reason: consent.reason });
    }
    const rests = items.flatMap(({ item }) => [
      `work/${item.work}`,
      ...(item.licence === undefined ? [] : [`licence/${item.licence}`]),
    ]);
    return { ...standing, rests: new Set(rests) };
  }

  /** What a version was made from never changes. */
  #version({ model, version }: ModelRef): Promise<ModelVersion> {
    const key = `${model}/${ordinal(version)}`;
    return this.#versions.get(key, async () => {
      const found = (await this.#index.records.current('model', [key])).get(key);
      if (found) return found;
      throw new LlmchainError('not_yet_indexed', `${model}@${version} is not indexed yet. Ask again in a moment.`, {
        model,
        version,
      });
    });
  }

  #forget(origins: readonly string[]): void {
    const changed = origins.filter((origin) => origin.startsWith('work/') || origin.startsWith('licence/'));
    if (changed.length === 0) return;
    this.#forgotten += 1;
    for (const [key, { rests }] of this.#remembered) {
      if (changed.some((origin) => rests.has(origin))) this.#remembered.delete(key);
    }
  }
}
