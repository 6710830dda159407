import canonicalize from 'canonicalize';
import { sha256Hex } from '../crypto/hash';
import { LlmchainError } from '../errors/error';

/** A surrogate without its other half, as JSON escapes it: after an even number of backslashes. */
const LONE_SURROGATE = /(?<!\\)(?:\\\\)*\\ud[89a-f]/;

/**
 * Canonical JSON (RFC 8785): the one serialisation that is hashed, signed and stored.
 * @throws {LlmchainError} `invalid_argument` for what JSON cannot say: undefined at the top, NaN, infinities, BigInt,
 * and lone surrogates, which have no UTF-8 form
 */
export function canonicalJson(value: unknown): string {
  let text: string | undefined;
  try {
    text = canonicalize(value);
  } catch (cause) {
    throw new LlmchainError(
      'invalid_argument',
      'This value has no canonical JSON form; pass plain data.',
      {},
      { cause },
    );
  }
  if (text === undefined || LONE_SURROGATE.test(text)) {
    throw new LlmchainError('invalid_argument', 'This value has no canonical JSON form; pass plain data.');
  }
  return text;
}

/** SHA-256 over the canonical JSON, as 64 hexadecimal digits. */
export function digestOf(value: unknown): string {
  return sha256Hex(canonicalJson(value));
}
