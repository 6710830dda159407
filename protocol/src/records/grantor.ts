import type { Owner } from './common';

/** The key under which a grantor's consent epoch is kept. */
export function grantorKey(owner: Owner): string {
  return owner.person === undefined ? owner.member : `${owner.member}/${owner.person}`;
}
