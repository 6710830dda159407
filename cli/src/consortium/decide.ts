import { LlmchainError, type Motion } from '@llmchain/protocol';
import type { MemberAccess } from './members';
import { everywhere } from './settled';

/**
 * Lets the members propose and vote until a motion is enacted. The operation ids follow from the proposal's, so a
 * decision that was interrupted goes on where it stopped, and one that was made is found made.
 * @throws {LlmchainError} `quorum_not_reached`
 */
export async function decide(members: readonly MemberAccess[], proposal: string, motion: Motion): Promise<void> {
  const [proposer, ...voters] = members as [MemberAccess, ...MemberAccess[]];
  const operationId = `decide:${proposal}`;
  let { state, block } = await proposer.admin.call('POST /v1/proposals', { body: { operationId, proposal, motion } });
  for (const { admin } of voters) {
    if (state !== 'open') break;
    await everywhere(members, block);
    const vote = { operationId, approve: true };
    ({ state, block } = await admin.call('POST /v1/proposals/{id}/votes', { params: { id: proposal }, body: vote }));
  }
  if (state !== 'enacted') {
    throw new LlmchainError('quorum_not_reached', `The members did not enact ${proposal}.`, { proposal, state });
  }
  await everywhere(members, block);
}
