import { LlmchainError, mayRetain, type Attestation, type Licence } from '@llmchain/protocol';
import type { AccessLog } from '../ports/access-log';
import type { IndexRecords } from '../ports/index-records';
import type { Ledgers } from '../ports/ledger';
import type { DestroyCopies } from './destroy-copies';
import { LookAgain } from './look-again';

interface Ports {
  ledgers: Ledgers;
  index: IndexRecords;
  accessLog: AccessLog;
  destroyCopies: DestroyCopies;
}

/** However quiet the ledger is: what was missed is done, and licences by which copies are retained end with time. Milliseconds. */
const AT_LEAST_EVERY = 30_000;

/**
 * Destroys what this member holds of erased works, data keys first, and attests it on the ledger. What is to be done follows
 * from the ledger and from what was noted, so that a gateway that was down or killed does it when it is back.
 */
export class EraseWorks {
  readonly #own: string;
  readonly #ports: Ports;
  /** Works of which nothing is left to do here. */
  readonly #done = new Set<string>();
  readonly #looking: LookAgain;

  constructor(options: { own: string }, ports: Ports) {
    this.#own = options.own;
    this.#ports = ports;
    this.#looking = new LookAgain({ kinds: ['erasure/', 'licence/'], atLeastEvery: AT_LEAST_EVERY }, ports);
  }

  /** Looks, unless nothing can have changed. */
  run(now = Date.now()): Promise<void> {
    return this.#looking.run(now, async () => {
      for (const work of await this.#ports.index.records.erased())
        if (!this.#done.has(work)) await this.#erase(work, now);
    });
  }

  async #erase(id: string, now: number): Promise<void> {
    const { ledgers, index, accessLog, destroyCopies } = this.#ports;
    const before = await ledgers.service.find('attestation', id, this.#own);
    const work = await ledgers.service.get('work', id);
    const licences = await index.records.licencesOf(id);
    const licence = mayRetain(work, this.#own, licences, now)?.licence;
    const reads = (await accessLog.readers(id)).get(this.#own) ?? 0;
    const pieces = await destroyCopies.held(id);
    if (licence !== undefined && pieces.length > 0) {
      const entry = { work: id, outcome: 'retained' as const, reads, derived: 0, licence };
      if (before?.outcome !== 'retained') await this.#attest(entry);
      return;
    }
    // Also where it was attested before: what came back, from a backup perhaps, goes again.
    const { held, derived } = await destroyCopies.run(id, pieces);
    if (!before || before.outcome === 'retained') {
      const owned = [work.owner, ...work.formerOwners].some(({ member }) => member === this.#own);
      const had = held || owned || reads > 0 || before !== undefined;
      if (had) await this.#attest({ work: id, outcome: 'destroyed', reads, derived });
      else if (await this.#mightHave(id, licences)) await this.#attest({ work: id, outcome: 'none', reads, derived });
    }
    this.#done.add(id);
  }

  /** Whether the ledger allowed this member a copy, or it has items of it in a dataset. */
  async #mightHave(work: string, licences: readonly Licence[]): Promise<boolean> {
    if (licences.some(({ acceptedBy }) => acceptedBy === this.#own)) return true;
    const { records } = this.#ports.index;
    const grants = await records.grantsOn(work);
    if (grants.some(({ grantee, state }) => grantee === this.#own && state !== 'requested' && state !== 'denied'))
      return true;
    return (await records.pagesWith(work)).some(({ owner }) => owner.member === this.#own);
  }

  async #attest(entry: Pick<Attestation, 'work' | 'outcome' | 'reads' | 'derived' | 'licence'>): Promise<void> {
    try {
      await this.#ports.ledgers.service.submit('artworks:attest', entry);
    } catch (error) {
      // Another gateway of this member was quicker, and said what it had found.
      if (!(error instanceof LlmchainError) || error.code !== 'wrong_state') throw error;
    }
  }
}
