import { LlmchainError, type Batch, type Stake, type StakeTerms } from '@llmchain/protocol';

type Held = Pick<Stake, 'worker' | 'amount' | 'unbonding'>;

/** What vouches for new answers, micro-credits: all but what is about to be withdrawn. */
export function bonded({ amount, unbonding }: Pick<Stake, 'amount' | 'unbonding'>): number {
  return amount - (unbonding?.amount ?? 0);
}

/**
 * That each worker whose receipts are to be anchored has enough at stake.
 * @param stakes those of the workers, in their order
 * @throws {LlmchainError} `insufficient_credits` with `details.worker`
 */
export function demandVouched(
  producer: string,
  workers: readonly string[],
  stakes: readonly (Stake | undefined)[],
  { minimum }: StakeTerms,
): void {
  if (minimum === 0) return;
  for (const [index, worker] of workers.entries()) {
    const stake = stakes[index];
    const own = stake?.owner.member === producer ? stake : undefined;
    const available = own ? bonded(own) : 0;
    if (available < minimum)
      throw new LlmchainError(
        'insufficient_credits',
        `Worker ${worker} of ${producer} has ${available} micro-credits at stake and needs ${minimum}. Put more at stake, then anchor again.`,
        { worker, available, needed: minimum },
      );
  }
}

/** The stake with more in it. @throws {LlmchainError} `invalid_argument` past 2^53 − 1 */
export function raised<S extends Held>(stake: S, amount: number): S {
  if (!Number.isSafeInteger(stake.amount + amount))
    throw new LlmchainError('invalid_argument', 'A stake cannot hold more than 2^53 − 1 micro-credits.');
  return { ...stake, amount: stake.amount + amount };
}

/**
 * The stake after notice was given of a withdrawal; one at a time.
 * @throws {LlmchainError} `wrong_state` | `insufficient_credits`
 */
export function announced<S extends Held>(
  stake: S,
  amount: number,
  { now, through, unbondingMs }: { now: number; through: number; unbondingMs: number },
): S {
  if (stake.unbonding)
    throw new LlmchainError(
      'wrong_state',
      `A withdrawal from the stake of ${stake.worker} is under way. Complete it, then announce another.`,
      { until: stake.unbonding.until },
    );
  if (stake.amount < amount)
    throw new LlmchainError(
      'insufficient_credits',
      `${stake.worker} has ${stake.amount} micro-credits at stake; ${amount} cannot be withdrawn.`,
      { worker: stake.worker, available: stake.amount, needed: amount },
    );
  return { ...stake, unbonding: { amount, until: now + unbondingMs, through } };
}

/**
 * The stake after the withdrawal, and what goes back to its owner.
 * @param counted the first batch of the producer that is not known to be decided
 * @throws {LlmchainError} `wrong_state` before its time, or while a batch is open that the money vouches for
 */
export function withdrawn<S extends Held>(stake: S, counted: number, now: number): { stake: S; back: number } {
  const { unbonding, ...rest } = stake;
  if (!unbonding)
    throw new LlmchainError('wrong_state', `No withdrawal from the stake of ${stake.worker} was announced.`, {
      worker: stake.worker,
    });
  if (now < unbonding.until)
    throw new LlmchainError(
      'wrong_state',
      `The stake of ${stake.worker} can be withdrawn in ${Math.ceil((unbonding.until - now) / 1000)} s.`,
      { until: unbonding.until },
    );
  if (counted <= unbonding.through)
    throw new LlmchainError(
      'wrong_state',
      `Batch ${counted} is not known to be decided. Tally up to ${unbonding.through} first.`,
      { next: counted, through: unbonding.through },
    );
  return { stake: { ...rest, amount: stake.amount - unbonding.amount } as S, back: unbonding.amount };
}

/** The stake after a fault took its part; what is about to be withdrawn is taken last. */
export function slashed<S extends Pick<Stake, 'amount' | 'unbonding' | 'faults' | 'slashed'>>(
  stake: S,
  taken: number,
): S {
  const { unbonding, ...rest } = stake;
  const amount = stake.amount - taken;
  const left = Math.min(unbonding?.amount ?? 0, amount);
  return {
    ...rest,
    amount,
    ...(unbonding && left > 0 ? { unbonding: { ...unbonding, amount: left } } : {}),
    faults: stake.faults + 1,
    slashed: stake.slashed + taken,
  } as S;
}

/** How batches in a row were decided. @throws {LlmchainError} `wrong_state` at the first that is not */
export function tallied(batches: readonly Batch[]): Record<'accepted' | 'rejected' | 'expired', number> {
  const counts = { accepted: 0, rejected: 0, expired: 0 };
  for (const { state, batch, sequence } of batches) {
    if (state === 'anchored')
      throw new LlmchainError('wrong_state', `Batch ${batch} is not decided yet; count up to ${sequence - 1}.`, {
        batch,
      });
    counts[state]++;
  }
  return counts;
}
