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

/** Consent as the ledger has it in this transaction. Works and licences are read once. */
export class ConsentReader {
  readonly #state: State;
  readonly #now: number;
  readonly #licences = new Map<string, Licence | null>();
  readonly #epochs = new Map<string, number>();

  constructor(state: State, now: number) {
    this.#state = state;
    this.#now = now;
  }

  /** Looks at every item, and says which of them `licensee` may not use, and under which epochs the others may be. */
  async examine(items: readonly DatasetItem[], licensee: string): Promise<Examination> {
    const result: Examination = { admitted: [], offenders: [], basis: { epochs: {}, until: null } };
    for (const item of items) {
      const work = await this.#state.find('work', item.work);
      const consent = consentTo(DATASET_USE, work, await this.#licence(item.licence), licensee, this.#now);
      if (!consent.granted || !work) {
        result.offenders.push({ item: item.digest, reason: consent.granted ? 'not_registered' : consent.reason });
        continue;
      }
      result.admitted.push({ item, work, weight: consent.weight });
      const grantor = grantorKey(work.owner);
      result.basis.epochs[grantor] ??= await this.#epoch(grantor);
      result.basis.until = earlier(result.basis.until, consent.until);
    }
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
    let same = licensee === page.owner.member && (until === null || this.#now < until);
    for (const [grantor, epoch] of Object.entries(epochs)) same &&= (await this.#epoch(grantor)) === epoch;
    if (!same) await this.demand(page.items, licensee);
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

  /** The pages of a sealed version. @throws {LlmchainError} `not_found` */
  async pages({ dataset, version }: DatasetRef): Promise<DatasetPage[]> {
    const { pages } = await this.#state.get('dataset-version', dataset, ordinal(version));
    const all: DatasetPage[] = [];
    for (let index = 0; index < pages; index++)
      all.push(await this.#state.get('dataset-page', dataset, ordinal(version), ordinal(index)));
    return all;
  }

  async #licence(id: string | undefined): Promise<Licence | null | undefined> {
    if (id === undefined) return undefined;
    const known = this.#licences.get(id);
    if (known !== undefined) return known;
    const licence = (await this.#state.find('licence', id)) ?? null;
    this.#licences.set(id, licence);
    return licence;
  }

  async #epoch(grantor: string): Promise<number> {
    const known = this.#epochs.get(grantor);
    if (known !== undefined) return known;
    const epoch = (await this.#state.find('epoch', grantor))?.epoch ?? 0;
    this.#epochs.set(grantor, epoch);
    return epoch;
  }
}
