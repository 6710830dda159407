import { LlmchainError, type Reward } from '@llmchain/protocol';

/** @throws {LlmchainError} `invalid_argument` for a deadline that is over already */
export function demandFundable({ until }: Pick<Reward, 'until'>, now: number): void {
  if (until > now) return;
  throw new LlmchainError('invalid_argument', 'The deadline is over already; give those who earn it time to claim.', {
    issues: [{ pointer: '/until', message: 'must be in the future, milliseconds since the Unix epoch' }],
  });
}

/** @throws {LlmchainError} `wrong_state` once what was left has gone back to the payer */
export function demandOpen({ reward, state }: Pick<Reward, 'reward' | 'state'>): void {
  if (state === 'open') return;
  throw new LlmchainError('wrong_state', `Reward ${reward} is closed: what was left of it went back to its payer.`, {
    reward,
    state,
  });
}

/** What goes back to the payer. @param claimed amounts that payees have had @throws {LlmchainError} `wrong_state` before the deadline */
export function remainder(
  reward: Pick<Reward, 'reward' | 'state' | 'amount' | 'until'>,
  claimed: readonly number[],
  now: number,
): number {
  demandOpen(reward);
  if (now < reward.until)
    throw new LlmchainError(
      'wrong_state',
      `Reward ${reward.reward} is still to be claimed, until ${reward.until} milliseconds since the Unix epoch.`,
      { reward: reward.reward, until: reward.until },
    );
  return reward.amount - claimed.reduce((sum, amount) => sum + amount, 0);
}
