import { canonicalJson, LlmchainError, turnsOf, type Batch, type Charter, type Finding } from '@llmchain/protocol';

/**
 * That exactly as many members as the batch needs are named, each once, none of them its producer.
 * @returns their MSP ids, sorted
 * @throws {LlmchainError} `invalid_argument`
 */
export function demandVerifiers(batch: Pick<Batch, 'electorate' | 'needed'>, members: readonly string[]): string[] {
  const { electorate, needed } = batch;
  const named = [...new Set(members)].sort();
  if (named.length === members.length && named.length === needed && named.every((one) => electorate.includes(one)))
    return named;
  throw new LlmchainError('invalid_argument', `Name ${needed} different members of ${electorate.join(', ')}.`, {
    electorate,
    needed,
  });
}

/**
 * Whether the batch still waits for a decision. One that was decided just so returns false: repeating changes nothing.
 * @throws {LlmchainError} `wrong_state` when it was decided otherwise
 */
export function undecided(
  batch: Batch,
  decision:
    { state: 'accepted'; verifiers: string[] } | { state: 'rejected'; findings: Finding[] } | { state: 'expired' },
): boolean {
  if (batch.state === 'anchored') return true;
  if (canonicalJson({ ...batch, ...decision }) === canonicalJson(batch)) return false;
  throw new LlmchainError('wrong_state', `Batch ${batch.batch} is ${batch.state} already.`, {
    state: batch.state,
    verifiers: batch.verifiers,
    ...(batch.findings ? { findings: batch.findings } : {}),
  });
}

/**
 * That a member may still say that it refuses a batch: it is one of those who may verify it and has not accepted it, and the
 * batch was not given up anyway.
 * @throws {LlmchainError} `not_authorised` | `wrong_state`
 */
export function demandRefusable(batch: Batch, member: string): void {
  const { electorate, state, verifiers } = batch;
  if (!electorate.includes(member))
    throw new LlmchainError('not_authorised', `${member} does not verify batch ${batch.batch}.`, { electorate });
  if (state === 'rejected' || state === 'expired')
    throw new LlmchainError('wrong_state', `Batch ${batch.batch} is ${state} already; there is nothing to refuse.`, {
      state,
    });
  if (verifiers.includes(member))
    throw new LlmchainError(
      'wrong_state',
      `${member} has accepted batch ${batch.batch}. Report the receipt that is false as a fault.`,
      { state, verifiers },
    );
}

/** Who of the batch's electorate has left the consortium since. */
export function departed(batch: Pick<Batch, 'electorate'>, { members }: Pick<Charter, 'members'>): string[] {
  return batch.electorate.filter((one) => !members.some(({ member }) => member === one));
}

/** @throws {LlmchainError} `wrong_state` with `details.departed` when one that is named is no member any more */
export function demandSeated(named: readonly string[], batch: Batch, consortium: Pick<Charter, 'members'>): void {
  const gone = departed(batch, consortium).filter((member) => named.includes(member));
  if (gone.length === 0) return;
  throw new LlmchainError(
    'wrong_state',
    `${gone.join(', ')} left the consortium and decides nothing any more. Rotate batch ${batch.batch} first.`,
    { departed: gone, batch: batch.batch },
  );
}

/**
 * Who decides on a batch from now on, when someone of its electorate has left: the members as they are, as if it were
 * anchored now. As many are needed as before, or all of them where they are fewer; a producer has enough rivals under any
 * terms, so never fewer than the terms say.
 */
export function reseated(
  { producer, sequence, needed, turns }: Pick<Batch, 'producer' | 'sequence' | 'needed' | 'turns'>,
  { members }: Pick<Charter, 'members'>,
): Pick<Batch, 'electorate' | 'needed' | 'turns'> {
  const electorate = electorateOf(producer, members);
  const stay = turns.filter((member) => electorate.includes(member));
  const come = turnsOf(electorate, sequence, new Set()).filter((member) => !stay.includes(member));
  return { electorate, turns: [...stay, ...come], needed: Math.min(needed, electorate.length) };
}

/** Everybody but the producer. @returns MSP ids, sorted */
export function electorateOf(producer: string, members: Charter['members']): string[] {
  return members
    .map(({ member }) => member)
    .filter((member) => member !== producer)
    .sort();
}

/** @throws {LlmchainError} `wrong_state` with `details.deadline` before the batch's time is over */
export function demandOverdue(batch: Batch, now: number): void {
  const { deadline } = batch;
  if (now >= deadline) return;
  throw new LlmchainError(
    'wrong_state',
    `The members have ${Math.ceil((deadline - now) / 1000)} s more to verify batch ${batch.batch}. Try again then.`,
    { deadline },
  );
}
