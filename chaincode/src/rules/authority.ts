import { LlmchainError, type Account, type Owner, type SubmitName } from '@llmchain/protocol';

/** What a certificate may say of its holder under the attribute `role`. */
export const ROLES = ['artist', 'steward', 'trainer', 'operator', 'auditor', 'caller', 'service', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Who signed a proposal. */
export interface Invoker {
  member: string;
  role: Role | undefined;
  /** Pseudonym, from the attribute `person`. */
  person: string | undefined;
}

/** Who may do what at all; whose records they may touch is decided by {@link demandOwner}. Queries are free to members. */
export const AUTHORITY: Readonly<Record<SubmitName, readonly Role[]>> = {
  'members:propose': ['admin'],
  'members:vote': ['admin'],
  'members:registerSigner': ['service', 'operator', 'admin'],
  'artworks:register': ['artist'],
  'artworks:setPreference': ['artist'],
  'artworks:offerLicence': ['artist'],
  'artworks:acceptLicence': ['steward', 'trainer', 'admin'],
  'artworks:revokeLicence': ['artist'],
  'datasets:create': ['steward', 'admin'],
  'datasets:addPage': ['steward', 'admin'],
  'datasets:seal': ['steward', 'admin'],
  'training:open': ['trainer', 'admin'],
  'training:complete': ['trainer', 'admin'],
  'models:register': ['trainer', 'admin'],
  'models:approve': ['admin'],
  'inference:openSession': ['admin'],
  'inference:anchorBatch': ['service'],
  'inference:acceptBatch': ['service'],
  'credits:transfer': ['artist', 'admin'],
  'credits:compact': ['artist', 'admin', 'service'],
  'credits:claim': ['artist', 'admin', 'service'],
};

/** @throws {LlmchainError} `not_authorised` */
export function demandRole(transaction: SubmitName, invoker: Invoker): void {
  const roles = AUTHORITY[transaction];
  if (invoker.role && roles.includes(invoker.role)) return;
  throw new LlmchainError(
    'not_authorised',
    `${transaction} needs the role ${roles.join(' or ')}; this certificate has ${invoker.role ?? 'none'}. Use a key with that role.`,
    { transaction, roles, role: invoker.role ?? null },
  );
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

/** @throws {LlmchainError} `not_authorised` unless the account is the invoker's own or, for the treasury, its member's */
export function demandAccount(invoker: Invoker, account: Account, owner: Owner): void {
  if (owner.person === undefined && invoker.role === 'artist') {
    throw new LlmchainError(
      'not_authorised',
      `${account} is a member's treasury; only its administrators and services may use it.`,
      { account },
    );
  }
  demandOwner(invoker, owner, account);
}
