import type { Verdict } from '@llmchain/protocol';

export type Reason = NonNullable<Verdict['reason']>;

/** What is wrong with a batch. */
export interface Finding {
  reason: Reason;
  /** Id of the receipt at fault, where it is one. */
  receipt?: string;
}
