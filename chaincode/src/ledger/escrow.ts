import type { Escrow } from '@llmchain/protocol';
import { beneficiary, type EscrowOutcome } from '../rules/escrow';
import type { Money } from './money';
import type { State } from './state';

/** Pays an escrow out, once. @throws {LlmchainError} `wrong_state` */
export async function settleEscrow(
  { state, money }: { state: State; money: Money },
  escrow: Escrow,
  outcome: EscrowOutcome,
): Promise<Escrow> {
  await money.pay(beneficiary(escrow, outcome), escrow.amount, outcome === 'released' ? 'escrow' : 'refund');
  return state.update('escrow', [escrow.escrow], { ...escrow, state: outcome });
}
