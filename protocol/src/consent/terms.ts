import { z } from 'zod';
import { fromHex, sha256Hex } from '../crypto/hash';
import type { Licence } from '../records/work';
import { Hex32 } from '../schema/scalars';

/** Longest text of terms, UTF-16 units. */
const LONGEST = 100_000;

/** What the parties of a licence agree beyond its record. The salt keeps a short text from being guessed by its digest. */
export const PrivateTerms = z.strictObject({
  salt: Hex32,
  text: z
    .string()
    .min(1)
    .max(LONGEST)
    .refine(
      (text) => !/[\p{Surrogate}\u202A-\u202E\u2066-\u2069]|(?![\t\n])\p{Cc}/u.test(text),
      'must not hold control characters but tabs and line feeds, overrides of writing direction, or halves of surrogate pairs',
    ),
});
export type PrivateTerms = z.infer<typeof PrivateTerms>;

/** What the ledger holds in their stead: SHA-256 of the salt's 32 bytes and the text in UTF-8, hexadecimal. */
export function termsDigest({ salt, text }: PrivateTerms): string {
  return sha256Hex(fromHex(salt), text);
}

/** Whether a member is one whom the terms of a licence are for: it accepted it once, may accept it, or is licensed by it. */
export function termsReach(
  { acceptedBy, licensee, state }: Pick<Licence, 'acceptedBy' | 'licensee' | 'state'>,
  member: string,
): boolean {
  if (acceptedBy === member) return true;
  return (state === 'offered' || state === 'active') && (licensee === '*' || licensee === member);
}
