import { z } from 'zod';

/** What a step did: how many documents it saw, changed and left out, and why, by reason. */
export const StepCounts = z.strictObject({
  step: z.string(),
  seen: z.number().int(),
  changed: z.number().int(),
  dropped: z.number().int(),
  reasons: z.record(z.string(), z.number().int()),
});
export type StepCounts = z.infer<typeof StepCounts>;

/** Counts of one step. */
export class Tally {
  #seen = 0;
  #changed = 0;
  #dropped = 0;
  readonly #reasons = new Map<string, number>();

  constructor(readonly step: string) {}

  see(): void {
    this.#seen += 1;
  }

  /** Something was mended or found; the document goes on. */
  change(reason: string, times = 1): void {
    this.#changed += 1;
    this.note(reason, times);
  }

  drop(reason: string): void {
    this.#dropped += 1;
    this.note(reason);
  }

  note(reason: string, times = 1): void {
    this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + times);
  }

  counts(): StepCounts {
    const reasons = Object.fromEntries([...this.#reasons].sort(([a], [b]) => (a < b ? -1 : 1)));
    return { step: this.step, seen: this.#seen, changed: this.#changed, dropped: this.#dropped, reasons };
  }
}
