import { LlmchainError, ordinal, type Batch } from '@llmchain/protocol';
import type { Ledgers } from '../ports/ledger';
import type { Log } from '../ports/log';
import type { OwnBatch, Production } from '../ports/production';
import type { Refusal } from '../ports/receipts';
import { mapConcurrently } from './concurrency';

/** Waits between two proposals of one batch, milliseconds. */
const FIRST_WAIT = 250;
const LONGEST_WAIT = 60_000;
const WAIT_GROWTH = 1.5;

/** Batches driven at the same time. */
const WIDTH = 8;

/** What one endorser said, as the ledger client reports it. */
interface Said {
  member: string;
  code: string;
  details?: { reason?: unknown };
}

/** What is remembered of a batch between two proposals. */
interface Progress {
  /** Members that refuse for good. */
  refused: Map<string, Refusal>;
  /** How often each member had no answer yet, and the last reason. */
  waited: Map<string, { times: number; last: Refusal }>;
  wait: number;
  next: number;
}

function saidOf(error: LlmchainError): Said[] {
  const { refusals, endorsers } = error.details as { refusals?: Said[]; endorsers?: { member: string }[] };
  if (refusals && refusals.length > 0) return refusals;
  return (endorsers ?? []).map(({ member }) => ({ member, code: error.code }));
}

/**
 * Has rivals accept the own batches: proposes each to as many of its electorate as are needed. A member whose verifier
 * refuses is replaced by another; one that has no verdict yet is asked again later, others first. A batch that fewer than
 * enough can accept stays anchored, with what the refusers said.
 */
export class AcceptBatches {
  readonly #options: { member: string };
  readonly #ports: { ledgers: Ledgers; production: Production; log: Log };
  readonly #progress = new Map<number, Progress>();

  constructor(options: { member: string }, ports: { ledgers: Ledgers; production: Production; log: Log }) {
    this.#options = options;
    this.#ports = ports;
  }

  /** Drives every batch that is due. */
  async run(now = Date.now()): Promise<void> {
    const batches = await this.#ports.production.batches('anchored');
    const due = batches.filter(({ entry }) => (this.#progress.get(entry.sequence)?.next ?? 0) <= now);
    await mapConcurrently(due, WIDTH, async (batch) => {
      try {
        await this.#drive(batch, now);
      } catch (error) {
        this.#ports.log.warn({ sequence: batch.entry.sequence, error: String(error) }, 'a batch waits for acceptance');
        this.#postpone(this.#progressOf(batch), now);
      }
    });
  }

  async #drive(own: OwnBatch, now: number): Promise<void> {
    const { sequence } = own.entry;
    const progress = this.#progressOf(own);
    for (;;) {
      const batch = await this.#ports.ledgers.service.get('batch', this.#options.member, ordinal(sequence));
      if (batch.state !== 'anchored')
        return this.#finish(own, batch.state === 'accepted' ? 'accepted' : 'stuck', progress);
      const chosen = this.#choose(batch, progress);
      if (!chosen) return this.#finish(own, 'stuck', progress);
      const before = progress.refused.size;
      try {
        await this.#ports.ledgers.service.submit(
          'inference:acceptBatch',
          { producer: this.#options.member, sequence, verifiers: chosen },
          { endorsers: chosen },
        );
        await this.#finish(own, 'accepted', progress);
        return;
      } catch (error) {
        if (!(error instanceof LlmchainError)) throw error;
        this.#learn(saidOf(error), progress);
        this.#ports.log.debug({ sequence, code: error.code, chosen }, 'a batch was not accepted yet');
        await this.#ports.production.note(sequence, 'anchored', this.#refusals(progress));
        // A new refuser is replaced at once; for all others there is something to wait for.
        if (progress.refused.size > before) continue;
        this.#postpone(progress, now);
        return;
      }
    }
  }

  /** The members to name, in the order of their ids; undefined when too few are left. */
  #choose(batch: Batch, progress: Progress): string[] | undefined {
    const left = batch.electorate.filter((member) => !progress.refused.has(member));
    if (left.length < batch.needed) return undefined;
    const waited = (member: string): number => progress.waited.get(member)?.times ?? 0;
    return left
      .sort((a, b) => waited(a) - waited(b))
      .slice(0, batch.needed)
      .sort();
  }

  #learn(said: readonly Said[], progress: Progress): void {
    for (const { member, code, details } of said) {
      const reason = typeof details?.reason === 'string' ? { reason: details.reason } : {};
      const refusal = { member, code, ...reason };
      if (code === 'not_verified') {
        progress.refused.set(member, refusal);
        progress.waited.delete(member);
      } else {
        progress.waited.set(member, { times: (progress.waited.get(member)?.times ?? 0) + 1, last: refusal });
      }
    }
  }

  #progressOf(own: OwnBatch): Progress {
    const known = this.#progress.get(own.entry.sequence);
    if (known) return known;
    const refused = own.refusals
      .filter(({ code }) => code === 'not_verified')
      .map((each) => [each.member, each] as const);
    const progress = { refused: new Map(refused), waited: new Map(), wait: FIRST_WAIT, next: 0 };
    this.#progress.set(own.entry.sequence, progress);
    return progress;
  }

  #postpone(progress: Progress, now: number): void {
    progress.next = now + progress.wait;
    progress.wait = Math.min(LONGEST_WAIT, progress.wait * WAIT_GROWTH);
  }

  #refusals(progress: Progress): Refusal[] {
    return [...progress.refused.values(), ...[...progress.waited.values()].map(({ last }) => last)];
  }

  async #finish(own: OwnBatch, state: 'accepted' | 'stuck', progress: Progress): Promise<void> {
    const { sequence } = own.entry;
    const refusals = state === 'accepted' ? [...progress.refused.values()] : this.#refusals(progress);
    await this.#ports.production.note(sequence, state, refusals);
    this.#progress.delete(sequence);
    if (state === 'accepted') this.#ports.log.info({ sequence }, 'a batch was accepted');
    else this.#ports.log.warn({ sequence, refusals }, 'too many members refuse a batch; it stays anchored');
  }
}
