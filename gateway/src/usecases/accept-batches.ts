import type { Batch } from '@llmchain/protocol';
import type { Log } from '../ports/log';
import type { OwnBatch, Production } from '../ports/production';
import { BatchProgress } from './batch-progress';
import { mapConcurrently } from './concurrency';
import type { DecideBatch } from './decide-batch';
import type { SilentRivals } from './silent-rivals';

/** Batches driven at the same time. */
const WIDTH = 8;

interface Ports {
  production: Production;
  decide: DecideBatch;
  silent: SilentRivals;
  log: Log;
}

/** Has rivals decide on the own batches, see {@link DecideBatch}, and keeps what those said who did not accept. */
export class AcceptBatches {
  readonly #options: { member: string };
  readonly #ports: Ports;
  readonly #progress = new Map<number, BatchProgress>();

  constructor(options: { member: string }, ports: Ports) {
    this.#options = options;
    this.#ports = ports;
  }

  /** Drives every batch that is due. */
  async run(now = Date.now()): Promise<void> {
    const batches = await this.#ports.production.batches('anchored');
    const due = batches.filter(({ entry }) => this.#progress.get(entry.sequence)?.due(now) ?? true);
    await mapConcurrently(due, WIDTH, async (batch) => {
      const progress = this.#progressOf(batch);
      try {
        await this.#drive(batch, progress, now);
      } catch (error) {
        this.#ports.log.warn(
          { sequence: batch.entry.sequence, error: String(error) },
          'a batch waits for its decision',
        );
        progress.postpone(now);
      }
    });
  }

  async #drive({ entry: { sequence } }: OwnBatch, progress: BatchProgress, now: number): Promise<void> {
    const { decide, production, silent, log } = this.#ports;
    const { state }: Batch = await decide.run({ producer: this.#options.member, sequence }, progress, now);
    for (const member of progress.silent) silent.note(member, sequence, now);
    await production.note(sequence, state, state === 'accepted' ? progress.refusers() : progress.refusals());
    if (state === 'anchored') {
      progress.postpone(now);
      return;
    }
    this.#progress.delete(sequence);
    if (state !== 'accepted') log.warn({ sequence, state, refusals: progress.refusals() }, 'a batch earns nothing');
  }

  #progressOf({ entry, refusals }: OwnBatch): BatchProgress {
    const known = this.#progress.get(entry.sequence);
    if (known) return known;
    const progress = new BatchProgress(refusals);
    this.#progress.set(entry.sequence, progress);
    return progress;
  }
}
