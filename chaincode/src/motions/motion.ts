import type { Motion } from '@llmchain/protocol';
import type { Money } from '../ledger/money';
import type { State } from '../ledger/state';

/** What enacting a motion may look at, and write. */
export interface Chamber {
  state: State;
  money: Money;
  /** Proposal time, milliseconds since the Unix epoch. */
  now: number;
  /** Id of the proposal. */
  proposal: string;
  /** Whose vote, or proposal, this is. */
  member: string;
}

export type MotionOf<K extends Motion['kind']> = Extract<Motion, { kind: K }>;

/** Writes what was decided. */
export type Enact = () => Promise<void>;

/**
 * Checks that a motion can be enacted as things stand, without writing: so that one that cannot is refused when it is
 * proposed, and again when it would be carried.
 */
export type Prepare<K extends Motion['kind']> = (chamber: Chamber, motion: MotionOf<K>) => Promise<Enact>;
