import type { Owner } from './common';
import { CONSORTIUM_ACCOUNT, type Account } from './credits';

/** The key under which a grantor's consent epoch is kept. */
export function grantorKey(owner: Owner): string {
  return owner.person === undefined ? owner.member : `${owner.member}/${owner.person}`;
}

/** Who may spend from an account; the consortium is no member, and what it has is spent by a vote alone. */
export function accountOwner(account: Account): Owner {
  if (account === CONSORTIUM_ACCOUNT) return { member: CONSORTIUM_ACCOUNT };
  const [kind, member, person] = account.split(':') as [string, string, string | undefined];
  return kind === 'artist' && person !== undefined ? { member, person } : { member };
}

/** The account that an owner is paid to. */
export function ownerAccount({ member, person }: Owner): Account {
  return person === undefined ? `member:${member}` : `artist:${member}:${person}`;
}
