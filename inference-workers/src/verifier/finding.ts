import type { Verdict } from '@llmchain/protocol';

export type Reason = NonNullable<Verdict['reason']>;

/** What is wrong with a batch. */
export interface Finding {
  reason: Reason;
  /** Id of the receipt at fault, where it is one. */
  receipt?: string;
}

/** Findings that pass when the producer's server answers again; all others are for good. */
export const PASSING: ReadonlySet<Reason> = new Set(['receipts_unavailable', 'opening_unavailable']);
