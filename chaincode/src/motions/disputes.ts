import { Disputes } from '../ledger/disputes';
import type { Prepare } from './motion';

/** @throws {LlmchainError} `not_found` | `wrong_state` | `invalid_argument` */
export const settleDispute: Prepare<'settleDispute'> = (chamber, motion) =>
  new Disputes(chamber).settlement(motion, chamber.proposal);
