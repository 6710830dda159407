import type { Money } from './money';
import type { State } from './state';

/** What dealings in works are made with. */
export interface Dealings {
  state: State;
  money: Money;
  /** Proposal time, milliseconds since the Unix epoch. */
  now: number;
}
