import { CONSORTIUM_ACCOUNT, LlmchainError, type Account } from '@llmchain/protocol';
import { settleEscrow } from '../ledger/escrow';
import { beneficiary } from '../rules/escrow';
import type { Prepare } from './motion';

export const issue: Prepare<'issue'> = ({ money }, { grants }) => {
  // A transaction does not read its own writes, so grants to one account are added up first.
  const sums = new Map<Account, number>();
  for (const { account, amount } of grants) sums.set(account, (sums.get(account) ?? 0) + amount);
  return Promise.resolve(async () => {
    for (const [account, amount] of sums) await money.deposit(account, amount);
  });
};

/** @throws {LlmchainError} `insufficient_credits` | `invalid_argument` */
export const pay: Prepare<'pay'> = async ({ money }, { payments }) => {
  if (payments.some(({ account }) => account === CONSORTIUM_ACCOUNT))
    throw new LlmchainError('invalid_argument', 'The consortium cannot pay itself. Name other accounts.', {
      issues: [{ pointer: '/motion/payments', message: 'must not name the consortium' }],
    });
  const sum = payments.reduce((total, { amount }) => total + amount, 0);
  await money.demand(CONSORTIUM_ACCOUNT, sum);
  return async () => {
    await money.spend(CONSORTIUM_ACCOUNT, sum);
    for (const { account, amount } of payments) await money.pay(account, amount, 'grant');
  };
};

/** @throws {LlmchainError} `not_found` | `wrong_state` */
export const arbitrate: Prepare<'arbitrate'> = async (chamber, { escrow: id, outcome }) => {
  const escrow = await chamber.state.get('escrow', id);
  beneficiary(escrow, outcome);
  return async () => {
    await settleEscrow(chamber, escrow, outcome);
  };
};
