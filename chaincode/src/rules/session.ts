import { LlmchainError, type Session } from '@llmchain/protocol';

type Held = Pick<Session, 'session' | 'state' | 'escrow' | 'reserved'>;

/** What a session can still pay for, micro-credits. */
export function available({ escrow, reserved }: Pick<Session, 'escrow' | 'reserved'>): number {
  return escrow - reserved;
}

/** The session with more set aside. @throws {LlmchainError} `wrong_state` | `invalid_argument` past 2^53 − 1 */
export function toppedUp<S extends Held>(session: S, amount: number): S {
  demandOpen(session);
  if (!Number.isSafeInteger(session.escrow + amount))
    throw new LlmchainError('invalid_argument', 'A session cannot hold more than 2^53 − 1 micro-credits.');
  return { ...session, escrow: session.escrow + amount };
}

/**
 * The session after a batch has drawn on it.
 * @throws {LlmchainError} `wrong_state` | `insufficient_credits`: what is not prepaid is never settled
 */
export function drawnOn<S extends Held>(session: S, amount: number): S {
  demandOpen(session);
  const left = available(session);
  if (left < amount)
    throw new LlmchainError(
      'insufficient_credits',
      `Session ${session.session} has ${left} micro-credits left, the batch draws ${amount}.`,
      { session: session.session, available: left, needed: amount },
    );
  return { ...session, reserved: session.reserved + amount };
}

/** The closed session, and what goes back to its owner: all that no batch has drawn. @throws {LlmchainError} `wrong_state` */
export function closed<S extends Held>(session: S): { session: S; back: number } {
  demandOpen(session);
  return { session: { ...session, state: 'closed', escrow: session.reserved }, back: available(session) };
}

/** The session after drawn money came back; out of a closed one it goes on to the owner. */
export function reclaimed<S extends Held>(session: S, amount: number): { session: S; back: number } {
  const reserved = session.reserved - amount;
  return session.state === 'open'
    ? { session: { ...session, reserved }, back: 0 }
    : { session: { ...session, reserved, escrow: session.escrow - amount }, back: amount };
}

function demandOpen({ session, state }: Held): void {
  if (state === 'open') return;
  throw new LlmchainError('wrong_state', `Session ${session} is closed. Open a new one.`, { session, state });
}
