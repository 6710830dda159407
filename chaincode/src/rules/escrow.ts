import { LlmchainError, type Account, type Escrow } from '@llmchain/protocol';

export type EscrowOutcome = Exclude<Escrow['state'], 'held'>;

/**
 * Who gets the money of an escrow.
 * @throws {LlmchainError} `wrong_state` once somebody has
 */
export function beneficiary(
  escrow: Pick<Escrow, 'escrow' | 'state' | 'payer' | 'payee'>,
  outcome: EscrowOutcome,
): Account {
  if (escrow.state !== 'held')
    throw new LlmchainError('wrong_state', `Escrow ${escrow.escrow} is ${escrow.state} already.`, {
      state: escrow.state,
    });
  return outcome === 'released' ? escrow.payee : escrow.payer;
}
