import { LlmchainError, mayRetain, type Attestation, type Erasure } from '@llmchain/protocol';
import type { AccessLog } from '../ports/access-log';
import type { IndexRecords } from '../ports/index-records';
import type { Ledgers } from '../ports/ledger';
import type { Log } from '../ports/log';
import type { ObjectStore } from '../ports/object-store';
import { contentKey } from './content-key';

interface Ports {
  ledgers: Ledgers;
  store: ObjectStore;
  index: IndexRecords;
  accessLog: AccessLog;
  log: Log;
}

/** However quiet the ledger is: what was missed is done, and licences by which copies are retained end with time. Milliseconds. */
const AT_LEAST_EVERY = 30_000;

/**
 * Destroys this member's copies of erased works, data key first, and attests it on the ledger. What is to be done follows
 * from the ledger alone, so that a gateway that was down does it when it is back.
 */
export class EraseWorks {
  readonly #own: string;
  readonly #ports: Ports;
  /** Works of which nothing is left to do here. */
  readonly #done = new Set<string>();
  #changed = true;
  #looked = 0;

  constructor(options: { own: string }, ports: Ports) {
    this.#own = options.own;
    this.#ports = ports;
    ports.index.onWritten((origins) => {
      this.#changed ||= origins.some((origin) => origin.startsWith('erasure/') || origin.startsWith('licence/'));
    });
  }

  /** Looks, unless nothing can have changed. */
  async run(now = Date.now()): Promise<void> {
    if (!this.#changed && now - this.#looked < AT_LEAST_EVERY) return;
    this.#changed = false;
    this.#looked = now;
    try {
      for await (const erasure of this.#ports.ledgers.service.list('erasure'))
        if (!this.#done.has(erasure.work)) await this.#erase(erasure, now);
    } catch (error) {
      this.#changed = true;
      throw error;
    }
  }

  async #erase({ work: id }: Erasure, now: number): Promise<void> {
    const { ledgers, store, index, accessLog, log } = this.#ports;
    const before = await ledgers.service.find('attestation', id, this.#own);
    const work = await ledgers.service.get('work', id);
    const licences = await index.records.licencesOf(id);
    const licence = mayRetain(work, this.#own, licences, now)?.licence;
    const key = contentKey(id);
    const reads = (await accessLog.readers(id)).get(this.#own) ?? 0;
    if (licence !== undefined && (await store.size(key)) !== undefined) {
      if (before?.outcome !== 'retained') await this.#attest({ work: id, outcome: 'retained', reads, licence });
      return;
    }
    // Also where it was attested before: what came back, from a backup perhaps, goes again.
    const destroyed = await store.remove(key);
    if (destroyed) log.info({ work: id }, 'the copy of an erased work was destroyed');
    if (!before || before.outcome === 'retained') {
      const owned = [work.owner, ...work.formerOwners].some(({ member }) => member === this.#own);
      const had = destroyed || owned || reads > 0 || before !== undefined;
      if (had) await this.#attest({ work: id, outcome: 'destroyed', reads });
      else if (await this.#mightHave(id, licences)) await this.#attest({ work: id, outcome: 'none', reads });
    }
    this.#done.add(id);
  }

  /** Whether the ledger allowed this member a copy. */
  async #mightHave(work: string, licences: readonly { acceptedBy?: string | undefined }[]): Promise<boolean> {
    if (licences.some(({ acceptedBy }) => acceptedBy === this.#own)) return true;
    const grants = await this.#ports.index.records.grantsOn(work);
    return grants.some(({ grantee, state }) => grantee === this.#own && state !== 'requested' && state !== 'denied');
  }

  async #attest(entry: Pick<Attestation, 'work' | 'outcome' | 'reads' | 'licence'>): Promise<void> {
    try {
      await this.#ports.ledgers.service.submit('artworks:attest', entry);
    } catch (error) {
      // Another gateway of this member was quicker, and said what it had found.
      if (!(error instanceof LlmchainError) || error.code !== 'wrong_state') throw error;
    }
  }
}
