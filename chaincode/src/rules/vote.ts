import { LlmchainError, type Proposal } from '@llmchain/protocol';

/** What is voted on: who may vote, who has, and what came of it. */
export type Ballot = Pick<Proposal, 'electorate' | 'votes' | 'state'>;

/** More than half. */
export function majority(electorate: number): number {
  return Math.floor(electorate / 2) + 1;
}

/**
 * The proposal after one more vote: enacted with the majority's approval, refused once that cannot come any more.
 * Voting the same way again changes nothing.
 * @throws {LlmchainError} `not_authorised` | `wrong_state` | `conflict`
 */
export function voted<P extends Ballot>(proposal: P, member: string, approve: boolean): Omit<P, keyof Ballot> & Ballot {
  if (!proposal.electorate.includes(member)) {
    throw new LlmchainError('not_authorised', `${member} has no vote on this proposal.`, {
      electorate: proposal.electorate,
    });
  }
  const cast = proposal.votes.find((vote) => vote.member === member);
  if (cast) {
    if (cast.approve === approve) return proposal;
    throw new LlmchainError('conflict', `${member} has voted already; a vote stands.`, { vote: cast });
  }
  if (proposal.state !== 'open') {
    throw new LlmchainError('wrong_state', `The proposal is ${proposal.state}; nothing is left to vote on.`, {
      state: proposal.state,
    });
  }
  const votes = [...proposal.votes, { member, approve }];
  const needed = majority(proposal.electorate.length);
  const approvals = votes.filter((vote) => vote.approve).length;
  const refusals = votes.length - approvals;
  const state = approvals >= needed ? 'enacted' : refusals > proposal.electorate.length - needed ? 'refused' : 'open';
  return { ...proposal, votes, state };
}
