import {
  consentTo,
  DATASET_USE,
  earlier,
  grantorKey,
  LlmchainError,
  ordinal,
  type ConsentBasis,
  type Contribution,
  type DatasetItem,
  type DatasetPage,
  type DatasetRef,
  type Licence,
  type Offender,
  type TrainingData,
  type Work,
} from '@llmchain/protocol';
import type { State } from './state';

/** An item that may be used: the work behind it and the weight that it was given. */
export interface Admitted {
  item: DatasetItem;
  work: Work;
  weight: number;
}

export interface Examination {
  admitted: Admitted[];
  offenders: Offender[];
  basis: ConsentBasis;
}

/** Pages read at once: about 20 MB. */
const PAGES_AT_ONCE = 64;

/** Consent as the ledger has it in this transaction. Works and licences are read once, many in a message. */
export class ConsentReader {
  readonly #state: State;
  readonly #now: number;
  readonly #works = new Map<string, Work | null>();
  readonly #licences = new Map<string, Licence | null>();
  readonly #epochs = new Map<string, number>();

  constructor(state: State, now: number) {
    this.#state = state;
    this.#now = now;
  }

  /** Looks at every item, and says which of them `licensee` may not use, and under which epochs the others may be. */
  async examine(items: readonly DatasetItem[], licensee: string): Promise<Examination> {
    const result: Examination = { admitted: [], offenders: [], basis: { epochs: {}, until: null } };
    await this.#read(items);
    for (const item of items) {
      const work = this.#works.get(item.work) ?? undefined;
      const licence = item.licence === undefined ? undefined : this.#licences.get(item.licence);
      const consent = consentTo(DATASET_USE, work, licence, licensee, this.#now);
      if (!consent.granted || !work) {
        result.offenders.push({ item: item.digest, reason: consent.granted ? 'not_registered' : consent.reason });
        continue;
      }
      result.admitted.push({ item, work, weight: consent.weight });
      result.basis.until = earlier(result.basis.until, consent.until);
    }
    const grantors = result.admitted.map(({ work }) => grantorKey(work.owner));
    for (const [grantor, epoch] of await this.#epochsOf(grantors)) result.basis.epochs[grantor] = epoch;
    return result;
  }

  /** @throws {LlmchainError} `consent_missing` with every offender: `{items: [{item, reason}]}` */
  async demand(items: readonly DatasetItem[], licensee: string): Promise<Examination> {
    const examination = await this.examine(items, licensee);
    if (examination.offenders.length === 0) return examination;
    throw new LlmchainError(
      'consent_missing',
      `${examination.offenders.length} of ${items.length} items may not be used by ${licensee}. Leave them out, or obtain licences for them.`,
      { items: examination.offenders },
    );
  }

  /**
   * That consent for a page still stands for the member it was checked for: the epochs and the time decide, and only
   * when they have moved are the items looked at again.
   */
  async demandStill(page: DatasetPage, licensee: string): Promise<void> {
    const { epochs, until } = page.consent;
    const now = await this.#epochsOf(Object.keys(epochs));
    const same = [...now].every(([grantor, epoch]) => epochs[grantor] === epoch);
    const inTime = until === null || this.#now < until;
    if (!same || !inTime || licensee !== page.owner.member) await this.demand(page.items, licensee);
  }

  /** Consent of every item of the dataset versions, now, for this member. @throws {LlmchainError} `consent_missing` */
  async demandDatasets(datasets: readonly DatasetRef[], licensee: string): Promise<void> {
    for (const reference of datasets)
      for (const page of await this.pages(reference)) await this.demandStill(page, licensee);
  }

  /** What works bring into an artists' pool, each dataset version once. @throws {LlmchainError} `consent_missing` */
  async contributions(data: readonly TrainingData[]): Promise<Contribution[]> {
    const contributions = new Map<string, Contribution[]>();
    for (const { dataset: reference, licensee } of data) {
      const found: Contribution[] = [];
      for (const page of await this.pages(reference)) {
        const { admitted } = await this.demand(page.items, licensee);
        for (const { item, work, weight } of admitted) found.push({ shares: work.shares, tokens: item.tokens, weight });
      }
      contributions.set(`${reference.dataset}@${reference.version}`, found);
    }
    return [...contributions.values()].flat();
  }

  /** The tokens that each work brought into a sealed version, whatever consent there is now: they were given. */
  async tokens(reference: DatasetRef): Promise<Contribution[]> {
    const items = (await this.pages(reference)).flatMap((page) => page.items);
    await this.#read(items);
    return items.map(({ work, tokens }) => ({ shares: this.#works.get(work)!.shares, tokens, weight: 1 }));
  }

  /** The pages of a sealed version. @throws {LlmchainError} `not_found` */
  async pages({ dataset, version }: DatasetRef): Promise<DatasetPage[]> {
    const { pages } = await this.#state.get('dataset-version', dataset, ordinal(version));
    return this.firstPages({ dataset, version }, pages);
  }

  /** The first pages of a version, sealed or not. @throws {LlmchainError} `not_found` */
  async firstPages({ dataset, version }: DatasetRef, count: number): Promise<DatasetPage[]> {
    const keys = Array.from({ length: count }, (_, index) => [dataset, ordinal(version), ordinal(index)]);
    const all: DatasetPage[] = [];
    for (let start = 0; start < count; start += PAGES_AT_ONCE)
      all.push(...(await this.#state.getMany('dataset-page', keys.slice(start, start + PAGES_AT_ONCE))));
    return all;
  }

  /** Works and licences that are not known yet. */
  async #read(items: readonly DatasetItem[]): Promise<void> {
    const works = [...new Set(items.map(({ work }) => work))].filter((id) => !this.#works.has(id));
    const found = await this.#state.findMany(
      'work',
      works.map((id) => [id]),
    );
    works.forEach((id, index) => this.#works.set(id, found[index] ?? null));
    const named = items.flatMap(({ licence }) => (licence === undefined ? [] : [licence]));
    const licences = [...new Set(named)].filter((id) => !this.#licences.has(id));
    const granted = await this.#state.findMany(
      'licence',
      licences.map((id) => [id]),
    );
    licences.forEach((id, index) => this.#licences.set(id, granted[index] ?? null));
  }

  /** Epochs by grantor, each grantor once. */
  async #epochsOf(grantors: readonly string[]): Promise<Map<string, number>> {
    const named = [...new Set(grantors)];
    const unknown = named.filter((grantor) => !this.#epochs.has(grantor));
    const found = await this.#state.findMany(
      'epoch',
      unknown.map((grantor) => [grantor]),
    );
    unknown.forEach((grantor, index) => this.#epochs.set(grantor, found[index]?.epoch ?? 0));
    return new Map(named.map((grantor) => [grantor, this.#epochs.get(grantor)!]));
  }
}
