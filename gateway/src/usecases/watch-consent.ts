import {
  datasetSubject,
  jobSubject,
  LlmchainError,
  modelSubject,
  sourcesOfJob,
  sourcesOfModel,
  taintKey,
  type DatasetVersion,
  type TaintSubject,
} from '@llmchain/protocol';
import type { IndexRecords } from '../ports/index-records';
import type { Ledgers } from '../ports/ledger';
import type { Lineage } from '../ports/lineage';
import type { Log } from '../ports/log';
import type { ConsentStanding } from './consent-standing';
import { LookAgain } from './look-again';

/** What may change whether something is tainted, or whether a licence or a grant is over. */
const CAUSES = ['work/', 'licence/', 'grant/', 'dataset-version/', 'job/', 'model/', 'taint/'];
/** However quiet the ledger is, licences and grants end with time, milliseconds. */
const AT_LEAST_EVERY = 5_000;
/** How long a look waits for the index to have what the one before it submitted, milliseconds. */
const PATIENCE = 3_000;

interface Ports {
  ledgers: Ledgers;
  index: IndexRecords;
  lineage: Pick<Lineage, 'waitFor'>;
  standing: ConsentStanding;
  log: Log;
}

/** A job or a model version of the member's: tainted while something that it rests on is. */
interface Dependant {
  subject: TaintSubject;
  sources: readonly TaintSubject[];
  taint: () => Promise<{ block: number }>;
  lift: () => Promise<{ block: number }>;
}

/**
 * Keeps the ledger's word about consent in step with the index: records that licences of the member's people and grants on
 * what is theirs are over, and that datasets, jobs and model versions of the member's are tainted or clean again, one edge at
 * a time. It looks at what is the member's alone, in the member's index. Routing does not wait for it.
 */
export class WatchConsent {
  readonly #own: string;
  readonly #ports: Ports;
  readonly #looking: LookAgain;
  /** The last block that it wrote. */
  #written = -1;

  constructor(options: { own: string }, ports: Ports) {
    this.#own = options.own;
    this.#ports = ports;
    this.#looking = new LookAgain({ kinds: CAUSES, atLeastEvery: AT_LEAST_EVERY }, ports);
  }

  /** Looks, unless nothing can have changed. */
  run(now = Date.now()): Promise<void> {
    return this.#looking.run(now, async () => {
      // An index that has fallen behind says again what was mended: the ledger takes that twice, and nobody is harmed.
      if (this.#written >= 0) await this.#ports.lineage.waitFor(this.#written, PATIENCE).catch(() => undefined);
      await this.#expire(now);
      await this.#settle();
    });
  }

  async #expire(now: number): Promise<void> {
    const ledger = this.#ports.ledgers.service;
    const { records } = this.#ports.index;
    for (const licence of await records.licencesOver(this.#own, now))
      await this.#attempt(() => ledger.submit('artworks:expireLicence', { licence }));
    for (const grant of await records.grantsOver(this.#own, now))
      await this.#attempt(() => ledger.submit('access:expire', { grant }));
  }

  async #settle(): Promise<void> {
    const { records } = this.#ports.index;
    const [versions, dependants] = await Promise.all([
      records.ownedBy('dataset-version', this.#own),
      this.#dependants(),
    ]);
    const tainted = await this.#tainted([
      ...versions.map(datasetSubject),
      ...dependants.flatMap(({ subject, sources }) => [subject, ...sources]),
    ]);
    for (const version of versions) await this.#dataset(version, tainted);
    // A version may rest on another of the member's own: what moves one may move the next.
    for (let moved = true; moved;) {
      moved = false;
      for (const dependant of dependants) moved = (await this.#inherit(dependant, tainted)) || moved;
    }
  }

  async #dependants(): Promise<Dependant[]> {
    const ledger = this.#ports.ledgers.service;
    const { records } = this.#ports.index;
    const [jobs, models] = await Promise.all([records.ownedBy('job', this.#own), records.ownedBy('model', this.#own)]);
    return [
      ...jobs.map((job) => ({
        subject: jobSubject(job),
        sources: sourcesOfJob(job),
        taint: () => ledger.submit('training:taint', { job: job.job }),
        lift: () => ledger.submit('training:lift', { job: job.job }),
      })),
      ...models.map(({ model, version, ...rest }) => ({
        subject: modelSubject({ model, version }),
        sources: sourcesOfModel(rest),
        taint: () => ledger.submit('models:taint', { model, version }),
        lift: () => ledger.submit('models:lift', { model, version }),
      })),
    ];
  }

  /** State keys of those that the ledger says are tainted. */
  async #tainted(subjects: readonly TaintSubject[]): Promise<Set<string>> {
    const taints = await this.#ports.index.records.current('taint', [...new Set(subjects.map(nameOf))]);
    return new Set([...taints].flatMap(([name, { state }]) => (state === 'tainted' ? [name] : [])));
  }

  async #dataset(version: DatasetVersion, tainted: Set<string>): Promise<void> {
    const { ledgers, standing } = this.#ports;
    const reference = { dataset: version.dataset, version: version.version };
    const [offence] = await standing.ofDataset(reference, this.#own);
    const name = nameOf(datasetSubject(version));
    if (offence && !tainted.has(name)) {
      const { page, item } = offence;
      const taint = () => ledgers.service.submit('datasets:taint', { ...reference, page, item });
      if (await this.#attempt(taint)) tainted.add(name);
    }
    if (!offence && tainted.has(name)) {
      if (await this.#attempt(() => ledgers.service.submit('datasets:lift', reference))) tainted.delete(name);
    }
  }

  /** @returns whether it is tainted now and was not, or was and is not */
  async #inherit({ subject, sources, taint, lift }: Dependant, tainted: Set<string>): Promise<boolean> {
    const name = nameOf(subject);
    const rests = sources.some((source) => tainted.has(nameOf(source)));
    if (rests === tainted.has(name)) return false;
    if (!(await this.#attempt(rests ? taint : lift))) return false;
    if (rests) tainted.add(name);
    else tainted.delete(name);
    return true;
  }

  /** What the ledger does not agree with has changed since, or is for the next look. @returns whether it agreed */
  async #attempt(act: () => Promise<{ block: number }>): Promise<boolean> {
    try {
      const { block } = await act();
      this.#written = Math.max(this.#written, block);
      return true;
    } catch (error) {
      if (!(error instanceof LlmchainError)) throw error;
      this.#looking.again();
      this.#ports.log.info({ code: error.code, details: error.details }, 'the ledger sees consent otherwise for now');
      return false;
    }
  }
}

function nameOf(subject: TaintSubject): string {
  return taintKey(subject).join('/');
}
