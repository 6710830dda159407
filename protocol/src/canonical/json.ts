import canonicalize from 'canonicalize';
import { sha256Hex } from '../crypto/hash';
import { LlmchainError } from '../errors/error';

/**
 * Canonical JSON (RFC 8785): the one serialisation that is hashed, signed and stored.
 * @throws {LlmchainError} `invalid_argument` for what JSON cannot say (undefined, NaN, functions at the top)
 */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new LlmchainError('invalid_argument', 'This value has no JSON form; pass plain data.');
  return text;
}

/** SHA-256 over the canonical JSON, as 64 hexadecimal digits. */
export function digestOf(value: unknown): string {
  return sha256Hex(canonicalJson(value));
}
