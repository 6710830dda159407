import {
  LlmchainError,
  taintKey,
  type DatasetVersion,
  type ModelVersion,
  type TaintSubject,
  type TrainingJob,
} from '@llmchain/protocol';
import type { IndexRecords } from '../ports/index-records';
import type { Ledgers } from '../ports/ledger';
import type { Log } from '../ports/log';
import type { ConsentStanding } from './consent-standing';

/** What may change whether something is tainted. */
const CAUSES = ['work/', 'licence/', 'dataset-version/', 'job/', 'model/', 'taint/'];
/** However quiet the ledger is, licences end with time, milliseconds. */
const AT_LEAST_EVERY = 30_000;

/**
 * Keeps the ledger's word about consent in step with the index: records that licences of the member's people are over, and
 * that datasets, jobs and model versions of the member's are tainted or clean again, one edge at a time. Routing does not
 * wait for it.
 */
export class WatchConsent {
  readonly #own: string;
  readonly #ports: { ledgers: Ledgers; index: IndexRecords; standing: ConsentStanding; log: Log };
  #changed = true;
  #looked = 0;

  constructor(
    options: { own: string },
    ports: { ledgers: Ledgers; index: IndexRecords; standing: ConsentStanding; log: Log },
  ) {
    this.#own = options.own;
    this.#ports = ports;
    ports.index.onWritten((origins) => {
      this.#changed ||= origins.some((origin) => CAUSES.some((cause) => origin.startsWith(cause)));
    });
  }

  /** Looks, unless nothing can have changed. */
  async run(now = Date.now()): Promise<void> {
    if (!this.#changed && now - this.#looked < AT_LEAST_EVERY) return;
    this.#changed = false;
    this.#looked = now;
    try {
      const ledger = this.#ports.ledgers.service;
      for (const licence of await this.#ports.index.records.licencesOver(this.#own, now))
        await this.#attempt(() => ledger.submit('artworks:expireLicence', { licence }));
      for await (const version of ledger.list('dataset-version')) if (this.#owns(version)) await this.#dataset(version);
      for await (const job of ledger.list('job')) if (this.#owns(job)) await this.#job(job);
      for await (const model of ledger.list('model')) if (this.#owns(model)) await this.#model(model);
    } catch (error) {
      this.#changed = true;
      throw error;
    }
  }

  async #dataset({ dataset, version }: DatasetVersion): Promise<void> {
    const { ledgers, standing } = this.#ports;
    const [offence] = await standing.ofDataset({ dataset, version }, this.#own);
    const tainted = await this.#isTainted({ kind: 'dataset', dataset, version });
    if (offence && !tainted) {
      const { page, item } = offence;
      await this.#attempt(() => ledgers.service.submit('datasets:taint', { dataset, version, page, item }));
    }
    if (!offence && tainted) await this.#attempt(() => ledgers.service.submit('datasets:lift', { dataset, version }));
  }

  async #job({ job, datasets }: TrainingJob): Promise<void> {
    const ledger = this.#ports.ledgers.service;
    const sources = datasets.map((reference) => ({ kind: 'dataset' as const, ...reference }));
    await this.#inherit({ kind: 'job', job }, sources, {
      taint: () => ledger.submit('training:taint', { job }),
      lift: () => ledger.submit('training:lift', { job }),
    });
  }

  async #model({ model, version, datasets, job }: ModelVersion): Promise<void> {
    const ledger = this.#ports.ledgers.service;
    const sources: TaintSubject[] = [
      ...datasets.map((reference) => ({ kind: 'dataset' as const, ...reference })),
      { kind: 'job', job },
    ];
    await this.#inherit({ kind: 'model', model, version }, sources, {
      taint: () => ledger.submit('models:taint', { model, version }),
      lift: () => ledger.submit('models:lift', { model, version }),
    });
  }

  async #inherit(
    subject: TaintSubject,
    sources: readonly TaintSubject[],
    move: { taint: () => Promise<unknown>; lift: () => Promise<unknown> },
  ): Promise<void> {
    const upstream = await Promise.all(sources.map((source) => this.#isTainted(source)));
    const tainted = await this.#isTainted(subject);
    if (upstream.includes(true) && !tainted) await this.#attempt(move.taint);
    if (!upstream.includes(true) && tainted) await this.#attempt(move.lift);
  }

  async #isTainted(subject: TaintSubject): Promise<boolean> {
    return (await this.#ports.ledgers.service.find('taint', ...taintKey(subject)))?.state === 'tainted';
  }

  /** What the ledger does not agree with has changed since, or is for the next look. */
  async #attempt(act: () => Promise<unknown>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof LlmchainError)) throw error;
      this.#changed = true;
      this.#ports.log.info({ code: error.code, details: error.details }, 'the ledger sees consent otherwise for now');
    }
  }

  #owns({ owner }: { owner: { member: string } }): boolean {
    return owner.member === this.#own;
  }
}
