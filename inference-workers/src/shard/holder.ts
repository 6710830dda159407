import type { RangeForward, RangeOpen, RangeOutput } from '@llmchain/protocol';

export type OpenSequence = RangeOpen;

/** One sequence in a range of layers that another worker holds. */
export interface RangeSequence {
  /** Takes tokens, or their hidden states, through the layers; after an error the sequence is of no more use. */
  forward(pass: RangeForward): Promise<RangeOutput>;
  /** Lets the holder free its keys and values. */
  close(): void;
}

/** A worker that holds a range of layers. */
export interface Holder {
  /** Its id on the ledger. */
  readonly id: string;
  /** MSP id of its member. */
  readonly member: string;
  /** @throws {LlmchainError} the holder's code, or `unavailable` */
  open(order: OpenSequence): Promise<RangeSequence>;
}
