import type { Charter } from '@llmchain/protocol';
import { LlmchainError } from '@llmchain/protocol';
import { z } from 'zod';
import type { MemberAccess } from './members';

/** What the sample's members agree on: the cut of every fee, and that two rivals verify each batch. */
const TERMS: Omit<Charter, 'members'> = {
  fees: { operator: 3000, verifiers: 1000, modelOwner: 1500, dataContributors: 500, artists: 4000 },
  verifiersNeeded: 2,
};

/** What each treasury gets at the founding: 1,000 credits, in micro-credits. */
const TREASURY = 1_000_000_000;

const Proposal = z.object({ state: z.enum(['open', 'enacted', 'refused']) });

async function decide(members: readonly MemberAccess[], proposal: string, motion: object): Promise<void> {
  const [proposer, ...voters] = members as [MemberAccess, ...MemberAccess[]];
  // Fixed operation ids: a founding that was interrupted goes on where it stopped.
  let { state } = await proposer.admin.post(
    '/v1/proposals',
    { operationId: `up:${proposal}`, proposal, motion },
    Proposal,
  );
  for (const { admin } of voters) {
    if (state !== 'open') break;
    ({ state } = await admin.post(
      `/v1/proposals/${proposal}/votes`,
      { operationId: `up:${proposal}`, approve: true },
      Proposal,
    ));
  }
  if (state !== 'enacted')
    throw new LlmchainError('quorum_not_reached', `The members did not enact ${proposal}.`, { proposal, state });
}

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
