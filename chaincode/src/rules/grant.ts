import { LlmchainError, type Grant, type GrantEntry, type Owner } from '@llmchain/protocol';

/** @throws {LlmchainError} `invalid_argument` when a member asks itself, or for a time that is over */
export function demandRequest({ until }: Pick<GrantEntry, 'until'>, subject: Owner, member: string, now: number): void {
  if (subject.member === member)
    throw new LlmchainError('invalid_argument', `${member} owns this itself and needs no grant.`, { owner: subject });
  if (until === null || until > now) return;
  throw new LlmchainError('invalid_argument', 'The grant would end before it begins. Set `until` later, or null.', {
    until,
  });
}

/** The grant as its owner decides. @throws {LlmchainError} `wrong_state` | `invalid_argument` for a later end */
export function decided(
  grant: Grant,
  { approve, until }: { approve: boolean; until?: number | null | undefined },
  now: number,
): Grant {
  if (grant.state !== 'requested')
    throw new LlmchainError('wrong_state', `Grant ${grant.grant} is ${grant.state}, not requested.`, {
      state: grant.state,
    });
  if (!approve) return { ...grant, state: 'denied' };
  const end = until === undefined ? grant.until : until;
  if ((end ?? Infinity) > (grant.until ?? Infinity))
    throw new LlmchainError('invalid_argument', 'A grant ends no later than was asked for. Set an earlier `until`.', {
      issues: [{ pointer: '/until', message: 'must not be later than what was asked for' }],
    });
  if (end !== null && end <= now)
    throw new LlmchainError('wrong_state', 'The time that was asked for is over. Ask for a new request.', {
      until: end,
    });
  return { ...grant, state: 'granted', until: end };
}

/** @throws {LlmchainError} `wrong_state` unless it is granted */
export function demandGranted(grant: Grant): void {
  if (grant.state === 'granted') return;
  throw new LlmchainError('wrong_state', `Grant ${grant.grant} is ${grant.state}, not granted.`, {
    state: grant.state,
  });
}

/** @throws {LlmchainError} `wrong_state` unless it was asked for or granted, has an end, and that is past */
export function demandPast({ state, until }: Pick<Grant, 'state' | 'until'>, now: number): void {
  if ((state === 'granted' || state === 'requested') && until !== null && until <= now) return;
  throw new LlmchainError('wrong_state', 'The time of this grant is not over, or it has ended otherwise.', {
    state,
    until,
  });
}
