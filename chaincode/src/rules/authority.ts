import {
  CONSORTIUM_ACCOUNT,
  LlmchainError,
  ROLES,
  type Account,
  type Member,
  type Owner,
  type Role,
  type SubmitName,
} from '@llmchain/protocol';

/** Who signed a proposal. */
export interface Invoker {
  member: string;
  role: Role | undefined;
  /** Pseudonym, from the attribute `person`. */
  person: string | undefined;
}

/** Who may do one thing. */
export interface Authority {
  roles: readonly Role[];
  /**
   * Whose records it touches. `own`: those of the invoker's member, and of a person's the person's own; `account` and
   * `held`: as own, and no artist touches what belongs to the member; `anyone`: new records, or what the roles above may do to others' as well.
   */
  touches: 'own' | 'account' | 'held' | 'anyone';
  /** Also for the people of a member that has left: they keep what is theirs. */
  former?: true;
  /** Also before the consortium is founded. */
  founding?: true;
}

/** The one table of authority. Queries are free to all. */
export const AUTHORITY: Readonly<Record<SubmitName, Authority>> = {
  'members:propose': { roles: ['admin'], touches: 'anyone', founding: true },
  'members:vote': { roles: ['admin'], touches: 'anyone', founding: true },
  'members:registerSigner': { roles: ['service', 'operator', 'admin'], touches: 'anyone' },
  'members:setWrappingKey': { roles: ['service', 'operator', 'admin'], touches: 'own' },
  'members:revokeWrappingKey': { roles: ['operator', 'admin'], touches: 'own', former: true },
  'artworks:register': { roles: ['artist'], touches: 'anyone' },
  'artworks:setPreference': { roles: ['artist', 'admin'], touches: 'held', former: true },
  'artworks:setPreferences': { roles: ['artist', 'admin'], touches: 'held', former: true },
  'artworks:withdraw': { roles: ['artist', 'admin'], touches: 'held', former: true },
  'artworks:flag': { roles: ROLES, touches: 'anyone', former: true },
  'artworks:offerLicence': { roles: ['artist', 'admin'], touches: 'held' },
  'artworks:acceptLicence': { roles: ['steward', 'trainer', 'admin'], touches: 'anyone' },
  'artworks:revokeLicence': { roles: ['artist', 'admin'], touches: 'held', former: true },
  'artworks:expireLicence': { roles: ROLES, touches: 'anyone', former: true },
  'artworks:offerSale': { roles: ['artist', 'admin'], touches: 'account' },
  'artworks:withdrawSale': { roles: ['artist', 'admin'], touches: 'held', former: true },
  'artworks:buy': { roles: ['artist', 'admin'], touches: 'account' },
  'artworks:openDispute': { roles: ['artist', 'steward', 'admin'], touches: 'anyone' },
  'artworks:dropDispute': { roles: ['artist', 'steward', 'admin'], touches: 'held', former: true },
  'artworks:erase': { roles: ['artist', 'admin'], touches: 'held', former: true },
  'artworks:attest': { roles: ['service'], touches: 'anyone', former: true },
  'access:request': { roles: ['steward', 'trainer', 'admin'], touches: 'anyone' },
  'access:decide': { roles: ['artist', 'steward', 'admin'], touches: 'held' },
  'access:revoke': { roles: ['artist', 'steward', 'admin'], touches: 'held', former: true },
  'access:expire': { roles: ROLES, touches: 'anyone', former: true },
  'datasets:create': { roles: ['steward', 'admin'], touches: 'anyone' },
  'datasets:addPage': { roles: ['steward', 'admin'], touches: 'own' },
  'datasets:seal': { roles: ['steward', 'admin'], touches: 'own' },
  'datasets:shard': { roles: ['steward', 'admin'], touches: 'own' },
  'datasets:registerNode': { roles: ['service', 'operator', 'admin'], touches: 'anyone' },
  'datasets:hold': { roles: ['service'], touches: 'own' },
  'datasets:release': { roles: ['service'], touches: 'own', former: true },
  'datasets:taint': { roles: ROLES, touches: 'anyone', former: true },
  'datasets:lift': { roles: ROLES, touches: 'anyone', former: true },
  'training:open': { roles: ['trainer', 'admin'], touches: 'anyone' },
  'training:complete': { roles: ['trainer', 'admin'], touches: 'own' },
  'training:taint': { roles: ROLES, touches: 'anyone', former: true },
  'training:lift': { roles: ROLES, touches: 'anyone', former: true },
  'models:register': { roles: ['trainer', 'admin'], touches: 'own' },
  'models:approve': { roles: ['admin'], touches: 'anyone' },
  'models:setAccess': { roles: ['trainer', 'admin'], touches: 'own' },
  'models:giveKey': { roles: ['service', 'trainer', 'admin'], touches: 'own' },
  'models:withdrawKey': { roles: ['trainer', 'admin'], touches: 'own', former: true },
  'models:taint': { roles: ROLES, touches: 'anyone', former: true },
  'models:lift': { roles: ROLES, touches: 'anyone', former: true },
  'inference:openSession': { roles: ['admin'], touches: 'anyone' },
  'inference:topUpSession': { roles: ['admin'], touches: 'own' },
  'inference:closeSession': { roles: ['admin'], touches: 'own', former: true },
  'inference:reclaim': { roles: ['admin', 'service'], touches: 'own', former: true },
  'inference:anchorBatch': { roles: ['service'], touches: 'own' },
  'inference:acceptBatch': { roles: ['service'], touches: 'anyone' },
  'inference:refuseBatch': { roles: ['service'], touches: 'anyone' },
  'inference:passOver': { roles: ['service'], touches: 'anyone' },
  'inference:rejectBatch': { roles: ['service'], touches: 'anyone' },
  'inference:expireBatch': { roles: ROLES, touches: 'anyone', former: true },
  'inference:rotateBatch': { roles: ROLES, touches: 'anyone', former: true },
  'inference:stake': { roles: ['admin'], touches: 'own' },
  'inference:unstake': { roles: ['admin'], touches: 'own', former: true },
  'inference:withdrawStake': { roles: ['admin', 'service'], touches: 'own', former: true },
  'inference:tally': { roles: ROLES, touches: 'anyone', former: true },
  'inference:reportFault': { roles: ['service'], touches: 'anyone' },
  'credits:transfer': { roles: ['artist', 'admin'], touches: 'account', former: true },
  'credits:compact': { roles: ['artist', 'admin', 'service'], touches: 'account', former: true },
  'credits:claim': { roles: ['artist', 'admin', 'service'], touches: 'account', former: true },
  'credits:escrow': { roles: ['artist', 'admin'], touches: 'account' },
  'credits:release': { roles: ['artist', 'admin'], touches: 'account', former: true },
  'credits:fundReward': { roles: ['artist', 'admin'], touches: 'account' },
  'credits:claimReward': { roles: ['artist', 'admin', 'service'], touches: 'account', former: true },
  'credits:recoverReward': { roles: ['artist', 'admin'], touches: 'account', former: true },
  'credits:refund': { roles: ['artist', 'admin'], touches: 'account', former: true },
};

/**
 * That the certificate's role may do this at all, and that the members let the invoker's member have that role.
 * @param members who the consortium is, undefined before it is founded
 * @throws {LlmchainError} `not_authorised` | `wrong_state` before the founding
 */
export function demandRole(transaction: SubmitName, invoker: Invoker, members: readonly Member[] | undefined): void {
  const { roles, former, founding } = AUTHORITY[transaction];
  const { member, role } = invoker;
  if (!role || !roles.includes(role)) {
    throw new LlmchainError(
      'not_authorised',
      `${transaction} needs the role ${roles.join(' or ')}; this certificate has ${role ?? 'none'}. Use a key with that role.`,
      { transaction, roles, role: role ?? null },
    );
  }
  if (!members) {
    if (founding) return;
    throw new LlmchainError('wrong_state', 'The consortium is not founded yet; propose the founding first.');
  }
  const known = members.find((one) => one.member === member);
  if (!known) {
    if (former) return;
    throw new LlmchainError('not_authorised', `${member} is not a member of the consortium.`, { member });
  }
  if (known.roles && !known.roles.includes(role)) {
    throw new LlmchainError(
      'not_authorised',
      `The members do not let ${member} have the role ${role}. Propose that it be granted.`,
      { member, role, roles: known.roles },
    );
  }
}

/** The owner that new records of this invoker get. */
export function ownerOf(invoker: Invoker): Owner {
  return invoker.person !== undefined && invoker.role === 'artist'
    ? { member: invoker.member, person: invoker.person }
    : { member: invoker.member };
}

/**
 * That the invoker acts on what is its own: its member's records, and of a person's records only the person's own.
 * @throws {LlmchainError} `not_authorised`
 */
export function demandOwner(invoker: Invoker, owner: Owner, what: string): void {
  const person = owner.person === undefined || owner.person === invoker.person;
  if (owner.member === invoker.member && person) return;
  throw new LlmchainError(
    'not_authorised',
    `${what} belongs to ${owner.member}${owner.person ? `/${owner.person}` : ''}; only its owner may do this.`,
    { owner },
  );
}

/**
 * As {@link demandOwner}; what a member itself holds is not its artists' to decide on.
 * @throws {LlmchainError} `not_authorised`
 */
export function demandHolder(invoker: Invoker, owner: Owner, what: string): void {
  if (owner.person === undefined && invoker.role === 'artist' && invoker.person !== undefined) {
    throw new LlmchainError(
      'not_authorised',
      `${what} belongs to ${owner.member} itself; its administrators decide on it.`,
      {
        owner,
      },
    );
  }
  demandOwner(invoker, owner, what);
}

/**
 * That the invoker may spend from an account.
 * @throws {LlmchainError} `not_authorised` unless it is the invoker's own or, for the treasury, its member's
 */
export function demandAccount(invoker: Invoker, account: Account, owner: Owner): void {
  // Said by the account, not by its owner: a certificate could come from an authority of that name.
  if (account === CONSORTIUM_ACCOUNT)
    throw new LlmchainError(
      'not_authorised',
      'A vote alone spends from the account of the consortium. Propose a motion of the kind "pay".',
      { account },
    );
  if (owner.person === undefined && invoker.role === 'artist') {
    throw new LlmchainError(
      'not_authorised',
      `${account} is a member's treasury; only its administrators and services may use it.`,
      { account },
    );
  }
  demandOwner(invoker, owner, account);
}

/**
 * That the invoker may gather what an account has earned or received: as {@link demandAccount}, and for the consortium any
 * administrator or service, since that pays nobody else.
 * @throws {LlmchainError} `not_authorised`
 */
export function demandGatherer(invoker: Invoker, account: Account, owner: Owner): void {
  if (account === CONSORTIUM_ACCOUNT && invoker.role !== 'artist') return;
  demandAccount(invoker, account, owner);
}
