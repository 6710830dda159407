import { LlmchainError, type Motion } from '@llmchain/protocol';
import { z } from 'zod';
import type { MemberAccess } from './members';
import { everywhere } from './settled';

const Proposal = z.object({ state: z.enum(['open', 'enacted', 'refused']), block: z.number().int() });

/**
 * Lets the members propose and vote until a motion is enacted. The operation ids follow from the proposal's, so a
 * decision that was interrupted goes on where it stopped, and one that was made is found made.
 * @throws {LlmchainError} `quorum_not_reached`
 */
export async function decide(members: readonly MemberAccess[], proposal: string, motion: Motion): Promise<void> {
  const [proposer, ...voters] = members as [MemberAccess, ...MemberAccess[]];
  const operationId = `decide:${proposal}`;
  let { state, block } = await proposer.admin.post('/v1/proposals', { operationId, proposal, motion }, Proposal);
  for (const { admin } of voters) {
    if (state !== 'open') break;
    await everywhere(members, block);
    const vote = { operationId, approve: true };
    ({ state, block } = await admin.post(`/v1/proposals/${proposal}/votes`, vote, Proposal));
  }
  if (state !== 'enacted') {
    throw new LlmchainError('quorum_not_reached', `The members did not enact ${proposal}.`, { proposal, state });
  }
  await everywhere(members, block);
}
