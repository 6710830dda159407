import type { Charter } from '@llmchain/protocol';
import { decide } from './decide';
import type { MemberAccess } from './members';

/** What the sample's members agree on: the cut of every fee, and that two rivals verify each batch. */
const TERMS: Omit<Charter, 'members'> = {
  fees: { operator: 3000, verifiers: 1000, modelOwner: 1500, dataContributors: 500, artists: 4000 },
  verifiersNeeded: 2,
};

/** What each treasury gets at the founding: 1,000 credits, in micro-credits. */
const TREASURY = 1_000_000_000;

/**
 * Founds the consortium and fills the treasuries by vote, or finds that done. Either way transactions were ordered,
 * endorsed and committed when it returns, so the network works.
 */
export async function found(members: readonly MemberAccess[]): Promise<void> {
  await decide(members, 'founding', {
    kind: 'found',
    charter: { members: members.map(({ name, mspId }) => ({ member: mspId, name })), ...TERMS },
  });
  await decide(members, 'treasuries', {
    kind: 'issue',
    grants: members.map(({ mspId }) => ({ account: `member:${mspId}`, amount: TREASURY })),
    reason: 'Treasuries of the founding members',
  });
}
