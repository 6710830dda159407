import { compositeKey, decode, ordinal, RECORDS, type Batch, type Consortium } from '@llmchain/protocol';
import type { Membership } from '../ports/consortium';
import type { Ledgers } from '../ports/ledger';
import type { Log } from '../ports/log';
import type { Sessions } from '../ports/sessions';
import { BatchProgress } from './batch-progress';
import type { DecideBatch } from './decide-batch';
import { derivedOperation } from './operation';
import type { RefuseBatches } from './refuse-batches';
import type { ReportFaults } from './report-faults';
import { isStale, type RotateBatch } from './rotate-batch';
import type { Stakes } from './stakes';

/** Time for a producer to have its batch decided before others do so, and between one of the others and the next. */
const GRACE = 4_000;
const TURN = 2_000;

/** How often decided batches are counted, milliseconds. */
const COUNT_EVERY = 30_000;

/** Batches read at once. */
const PAGE = 200;

interface WatchPorts {
  ledgers: Ledgers;
  sessions: Sessions;
  decide: DecideBatch;
  faults: ReportFaults;
  refuse: RefuseBatches;
  stakes: Pick<Stakes, 'count'>;
  rotate: RotateBatch;
  log: Log;
}

/**
 * Follows every producer's batches to their end: drives those whose producer does not, for a liar will not propose its
 * own rejection, has what the own verifier rejects said on the ledger, rotates those of whose electorate somebody has left, and takes back into the own sessions what rejected
 * and expired batches had drawn from them.
 */
export class WatchBatches {
  readonly #options: Membership;
  readonly #ports: WatchPorts;
  readonly #progress = new Map<string, BatchProgress>();
  /** From when on this member reports the faults of a batch. */
  readonly #turns = new Map<string, number>();
  /** When the batches of a producer are counted next. */
  readonly #counted = new Map<string, number>();

  constructor(options: Membership, ports: WatchPorts) {
    this.#options = options;
    this.#ports = ports;
  }

  async run(now = Date.now()): Promise<void> {
    const consortium = await this.#ports.ledgers.service.find('consortium');
    if (!consortium) return;
    for (const producer of this.#options.members) {
      try {
        await this.#follow(producer, consortium, now);
        await this.#count(producer, now);
      } catch (error) {
        this.#ports.log.warn({ producer, error: String(error) }, 'batches of a producer are looked at again later');
      }
    }
    await this.#ports.refuse.run(now);
  }

  /** Looks at all batches from the first one that was open when last seen; a long list page by page. */
  async #follow(producer: string, consortium: Consortium, now: number): Promise<void> {
    const { sessions } = this.#ports;
    const first = await sessions.watchedFrom(producer);
    let next = first;
    for (let page = await this.#page(producer, first); ; page = await this.#page(producer, next)) {
      for (const batch of page) {
        const over = await this.#over(batch, consortium, now);
        if (over && batch.sequence === next) next += 1;
      }
      if (page.length < PAGE || next <= page.at(-1)!.sequence) break;
    }
    if (next > first) await sessions.watchFrom(producer, next);
  }

  /** Own batches now and then, others' where their producer does not: who has reason to will not count its own rejections. */
  async #count(producer: string, now: number): Promise<void> {
    const { own, members } = this.#options;
    const due = this.#counted.get(producer) ?? now + (producer === own ? 0 : COUNT_EVERY * (1 + members.indexOf(own)));
    this.#counted.set(producer, now < due ? due : now + COUNT_EVERY * (producer === own ? 1 : members.length));
    if (now >= due) await this.#ports.stakes.count(producer);
  }

  async #page(producer: string, from: number): Promise<Batch[]> {
    const { records } = await this.#ports.ledgers.service.query('ledger:list', {
      type: 'batch',
      parts: [producer],
      limit: PAGE,
      after: compositeKey('batch', [producer, ordinal(from)]),
    });
    return records.map((record) => decode(RECORDS.batch, record, 'batch'));
  }

  /** Whether nothing is left to do about a batch. */
  async #over(batch: Batch, consortium: Consortium, now: number): Promise<boolean> {
    this.#ports.refuse.consider(batch);
    if (batch.state === 'accepted') return true;
    if (batch.state !== 'anchored') return this.#afterwards(batch, now);
    if (now >= batch.anchored + this.#patience(batch) && isStale(batch, consortium)) await this.#rotate(batch);
    if (batch.producer !== this.#options.own && now >= batch.anchored + this.#patience(batch)) {
      await this.#drive(batch, now);
    }
    return false;
  }

  /** Credits are taken back at once; rivals take turns with faults, as with decisions. */
  async #afterwards(batch: Batch, now: number): Promise<boolean> {
    const back = await this.#takeBack(batch);
    if (batch.state !== 'rejected') return back;
    const turn = this.#turns.get(batch.batch) ?? now + this.#patience(batch) - GRACE;
    this.#turns.set(batch.batch, turn);
    if (now < turn || !(await this.#ports.faults.settle(batch, now))) return false;
    if (back) this.#turns.delete(batch.batch);
    return back;
  }

  /** Also where nobody would name the one that left: until then its endorsement counts for Fabric. */
  async #rotate(batch: Batch): Promise<void> {
    const { rotate, log } = this.#ports;
    try {
      const { electorate } = await rotate.runAsService(batch);
      log.info({ batch: batch.batch, electorate }, 'a batch has another electorate, since a member has left');
    } catch (error) {
      log.warn({ batch: batch.batch, error: String(error) }, 'the electorate of a batch is rotated later');
    }
  }

  async #drive(batch: Batch, now: number): Promise<void> {
    const { producer, sequence } = batch;
    const progress = this.#progress.get(batch.batch) ?? new BatchProgress();
    if (!progress.due(now)) return;
    this.#progress.set(batch.batch, progress);
    try {
      const { state } = await this.#ports.decide.run({ producer, sequence }, progress, now);
      if (state === 'anchored') progress.postpone(now);
      else this.#progress.delete(batch.batch);
    } catch (error) {
      progress.postpone(now);
      this.#ports.log.debug({ batch: batch.batch, error: String(error) }, 'a batch waits for its decision');
    }
  }

  /** Rivals take turns, another one first for each batch, so that they do not all propose the same at once. */
  #patience({ electorate, sequence }: Batch): number {
    const place = Math.max(0, electorate.indexOf(this.#options.own));
    return GRACE + TURN * ((place + sequence) % Math.max(1, electorate.length));
  }

  /** First on the ledger, then in the own books; each of them once, however often this is begun. */
  async #takeBack(batch: Batch): Promise<boolean> {
    const { ledgers, sessions, log } = this.#ports;
    const { producer, sequence } = batch;
    const drawn = new Map(batch.sessions.map(({ session, amount }) => [session, amount]));
    let over = true;
    for (const session of await sessions.unrefunded({ producer, sequence }, [...drawn.keys()])) {
      const amount = drawn.get(session) ?? 0;
      try {
        if (!(await ledgers.service.find('reclaim', producer, ordinal(sequence), session))) {
          const operationId = derivedOperation('reclaim', batch.batch, session);
          await ledgers.service.submit('inference:reclaim', {
            operationId,
            session,
            batches: [{ producer, sequence }],
          });
        }
        await sessions.refund({ producer, sequence, session, amount });
        log.info({ batch: batch.batch, session, amount }, 'a session has its credits back');
      } catch (error) {
        over = false;
        log.warn({ batch: batch.batch, session, error: String(error) }, 'credits are taken back later');
      }
    }
    return over;
  }
}
