import type { Motion } from '@llmchain/protocol';
import { found, grantRole, join, leave, policy, revokeRole } from './consortium';
import { arbitrate, issue, pay } from './credits';
import { settleDispute } from './disputes';
import { alias, retire, revoke } from './models';
import { reinstate, suspend } from './workers';
import type { Chamber, Enact, Prepare } from './motion';

/** What each kind of motion does; a kind without an entry does not compile. */
const MOTIONS: { readonly [K in Motion['kind']]: Prepare<K> } = {
  found,
  issue,
  pay,
  join,
  leave,
  policy,
  grantRole,
  revokeRole,
  alias,
  retire,
  revoke,
  suspend,
  reinstate,
  settleDispute,
  arbitrate,
};

/** Checks a motion as things stand, and returns what enacts it. @throws {LlmchainError} what stands against it */
export function prepare(chamber: Chamber, motion: Motion): Promise<Enact> {
  return (MOTIONS[motion.kind] as Prepare<Motion['kind']>)(chamber, motion);
}
