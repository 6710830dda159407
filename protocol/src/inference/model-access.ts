import { LlmchainError } from '../errors/error';
import type { ModelRef } from '../records/common';
import type { AccessPolicy, ModelAccess } from '../records/model-access';

/** The part of a record that decides. */
type Access = Pick<ModelAccess, 'policy' | 'former' | 'owner'>;

function admits(policy: AccessPolicy, owner: string, member: string): boolean {
  if (policy.callers === 'everyone' || member === owner) return true;
  return policy.callers === 'members' && policy.members.includes(member);
}

/** Whether a member's callers may call a model version now. @param access undefined where the version has no policy */
export function mayCall(access: Access | undefined, member: string): boolean {
  return !access || admits(access.policy, access.owner.member, member);
}

/**
 * Whether a member's callers might call a model version at some moment of a span of time: clocks differ, and gateways
 * believe for a moment what the ledger said.
 * @param span milliseconds since the Unix epoch, both ends included
 */
export function couldCall(access: Access | undefined, member: string, span: { from: number; to: number }): boolean {
  if (!access) return true;
  let since = -Infinity;
  for (const { policy, until } of [...access.former, { policy: access.policy, until: Infinity }]) {
    if (since <= span.to && until >= span.from && admits(policy, access.owner.member, member)) return true;
    since = until;
  }
  return false;
}

/** @throws {LlmchainError} `not_authorised` unless the member's callers may call the version now */
export function demandCallable(access: Access | undefined, { model, version }: ModelRef, member: string): void {
  if (mayCall(access, member)) return;
  throw new LlmchainError(
    'not_authorised',
    `The owner of ${model}@${version} does not let callers of ${member} call it. Ask ${access!.owner.member} for leave.`,
    { model, version, member, owner: access!.owner.member },
  );
}
