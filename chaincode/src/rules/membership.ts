import {
  BATCH_TIMEOUT_MS,
  LlmchainError,
  ROLES,
  type Charter,
  type Member,
  type Role,
  type Terms,
} from '@llmchain/protocol';

/** Below four members not even one may be dishonest (f = ⌊(n − 1) / 3⌋). */
const FEWEST = 4;

/**
 * That each member stands once, and that a producer has as many rivals as a batch needs verifiers.
 * @returns the same
 * @throws {LlmchainError} `invalid_argument`
 */
export function demandCharter<C extends Charter>(charter: C): C {
  const { members, verifiersNeeded } = charter;
  for (const field of ['member', 'name'] as const) {
    if (new Set(members.map((member) => member[field])).size === members.length) continue;
    throw new LlmchainError(
      'invalid_argument',
      `Two members have the same ${field === 'member' ? 'MSP id' : 'name'}.`,
      {
        members: members.map(({ member }) => member),
      },
    );
  }
  const { stake, batchTimeoutMs = BATCH_TIMEOUT_MS } = charter;
  if (stake && stake.unbondingMs < batchTimeoutMs)
    throw new LlmchainError(
      'invalid_argument',
      'A stake that can be withdrawn before the batches that it vouches for are due would vouch for nothing.',
      { unbondingMs: stake.unbondingMs, batchTimeoutMs },
    );
  if (verifiersNeeded < members.length) return charter;
  throw new LlmchainError(
    'invalid_argument',
    'A batch cannot need more verifiers than there are rivals of its producer.',
    { verifiersNeeded, members: members.length },
  );
}

/** The consortium with one more member. @throws {LlmchainError} `conflict` | `too_large` */
export function joined<C extends Charter>(consortium: C, member: Member): C {
  const { members } = consortium;
  const taken = members.find((one) => one.member === member.member || one.name === member.name);
  if (taken)
    throw new LlmchainError('conflict', `${taken.member} is a member already, by the name of ${taken.name}.`, {
      member: taken.member,
    });
  if (members.length >= 100) throw new LlmchainError('too_large', 'A consortium has at most 100 members.');
  return { ...consortium, members: [...members, member] };
}

/** The consortium without a member. @throws {LlmchainError} `not_found` | `wrong_state` when too few would stay */
export function left<C extends Charter>(consortium: C, member: string): C {
  demandMember(consortium, member);
  const members = consortium.members.filter((one) => one.member !== member);
  if (members.length < FEWEST || consortium.verifiersNeeded >= members.length)
    throw new LlmchainError(
      'wrong_state',
      `Without ${member} there are ${members.length} members left, too few to verify each other. Let another join first.`,
      { members: members.length, fewest: Math.max(FEWEST, consortium.verifiersNeeded + 1) },
    );
  return { ...consortium, members };
}

/** The consortium under other terms; what they do not name stays. @throws {LlmchainError} `invalid_argument` */
export function amended<C extends Charter>(consortium: C, terms: Partial<Terms>): C {
  return demandCharter({ ...consortium, ...terms });
}

/** The consortium with one more role for a member. @throws {LlmchainError} `not_found` | `wrong_state` */
export function granted<C extends Charter>(consortium: C, member: string, role: Role): C {
  const roles = rolesOf(demandMember(consortium, member));
  if (roles.includes(role)) throw new LlmchainError('wrong_state', `${member} may have the role ${role} already.`);
  return limited(consortium, member, [...roles, role]);
}

/**
 * The consortium with one role less for a member.
 * @throws {LlmchainError} `not_found` | `wrong_state` | `invalid_argument` for the role that votes
 */
export function revoked<C extends Charter>(consortium: C, member: string, role: Role): C {
  const roles = rolesOf(demandMember(consortium, member));
  if (role === 'admin')
    throw new LlmchainError('invalid_argument', 'A member votes by its administrators. Propose that it leave instead.');
  if (!roles.includes(role))
    throw new LlmchainError('wrong_state', `${member} may not have the role ${role} as it is.`);
  return limited(
    consortium,
    member,
    roles.filter((one) => one !== role),
  );
}

function rolesOf(member: Member): readonly Role[] {
  return member.roles ?? ROLES;
}

/** Roles are kept in the order of the table, so that the same roles are the same record. */
function limited<C extends Charter>(consortium: C, member: string, roles: readonly Role[]): C {
  const members = consortium.members.map((one) =>
    one.member === member ? { ...one, roles: ROLES.filter((role) => roles.includes(role)) } : one,
  );
  return { ...consortium, members };
}

function demandMember({ members }: Charter, member: string): Member {
  const known = members.find((one) => one.member === member);
  if (known) return known;
  throw new LlmchainError('not_found', `${member} is not a member of the consortium.`, { member });
}
