import { Digest } from '@llmchain/protocol';
import { z } from 'zod';
import { StepCounts } from '../clean/tally';
import { IngestParameters } from '../parameters';

/** Dropped documents that are named for each reason. */
const SAMPLE_PER_REASON = 10;
/** Reasons that are sampled. */
const MOST_REASONS = 100;

/**
 * What was done to a file on its way into a dataset. Its canonical JSON lies in the object store, its digest stands on the
 * ledger with the version. It holds counts, reasons and digests, never content.
 */
export const CleaningReport = z.strictObject({
  schema: z.literal('cleaning-report/1'),
  dataset: z.string(),
  /** What came in; of a folder the bytes alone are not known. */
  source: z.strictObject({ digest: Digest.optional(), bytes: z.number().int().optional() }),
  parameters: IngestParameters,
  versions: z.record(z.string(), z.string()),
  /** Documents that were read, with those that could not be. */
  documents: z.number().int(),
  /** What could not be read, by reason. */
  unreadable: z.record(z.string(), z.number().int()),
  steps: z.array(StepCounts),
  kept: z.strictObject({ items: z.number().int(), bytes: z.number().int(), tokens: z.number().int() }),
  /** Some of what was left out: the digest of its content as it came, where it could be read at all. */
  sample: z.array(z.strictObject({ digest: Digest.optional(), step: z.string(), reason: z.string() })),
});
export type CleaningReport = z.infer<typeof CleaningReport>;

/** The first few of what was left out, for each reason. */
export class DroppedSample {
  readonly #kept: CleaningReport['sample'] = [];
  readonly #counts = new Map<string, number>();

  add(dropped: CleaningReport['sample'][number]): void {
    const key = `${dropped.step}/${dropped.reason}`;
    const count = this.#counts.get(key) ?? 0;
    if (count >= SAMPLE_PER_REASON || (count === 0 && this.#counts.size >= MOST_REASONS)) return;
    this.#counts.set(key, count + 1);
    this.#kept.push(dropped);
  }

  list(): CleaningReport['sample'] {
    return [...this.#kept];
  }
}
