import { z } from 'zod';

/** SHA-256 as 64 lower-case hexadecimal digits. */
export const Digest = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hexadecimal digits');

/** Where content lies, by what it is: `sha256/` and the digest. */
export const Address = z.string().regex(/^sha256\/[0-9a-f]{64}$/, 'must be sha256/ and 64 hexadecimal digits');

/** Fabric's id of a member. */
export const MspId = z.string().regex(/^[A-Za-z][A-Za-z0-9.-]{0,62}$/, 'must be an MSP id');

/** A name chosen by its owner: lower case, digits, dot, hyphen, underscore. */
export const Id = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'must be 1 to 64 of a-z, 0-9, dot, hyphen, underscore');

/** A person's name on the ledger: never the name of a person. */
export const Pseudonym = Id;

/** Makes a transaction safe to repeat: the same id with the same request returns the first result. */
export const OperationId = z
  .string()
  .regex(/^[A-Za-z0-9._:-]{8,100}$/, 'must be 8 to 100 of A-Z, a-z, 0-9, dot, colon, hyphen, underscore');

/** Money: micro-credits. One credit is 1,000,000. */
export const Micro = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** Milliseconds since the Unix epoch. */
export const Millis = z.number().int().min(0).max(8_640_000_000_000_000);

export const Version = z.number().int().min(1).max(1_000_000);

/** Hundredths of a percent. */
export const BasisPoints = z.number().int().min(0).max(10_000);

/** One line for people: no control characters, in Unicode NFC, trimmed. */
export const Line = z
  .string()
  .min(1)
  .max(200)
  .refine(
    (text) => !/[\p{Cc}\p{Surrogate}\u200E\u200F\u202A-\u202E\u2066-\u2069]/u.test(text),
    'must not hold control characters, changes of writing direction, or halves of surrogate pairs',
  )
  .refine((text) => text === text.normalize('NFC').trim(), 'must be in Unicode NFC and without space at its ends');

/** 32 bytes, hexadecimal: salts, nonces, Ed25519 public keys. */
export const Hex32 = Digest;
/** 64 bytes, hexadecimal: an Ed25519 signature. */
export const Hex64 = z.string().regex(/^[0-9a-f]{128}$/, 'must be 128 lower-case hexadecimal digits');

/** An SPDX licence expression. */
export const Spdx = z.string().regex(/^[A-Za-z0-9.+() -]{1,100}$/, 'must be an SPDX licence expression');

/** A short word of ASCII letters, digits and simple punctuation. */
export const Word = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9 ._:/-]{0,63}$/, 'must be a short word');
