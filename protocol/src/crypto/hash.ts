import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';

/** SHA-256 of the concatenation of the parts; text is taken as UTF-8. */
export function sha256Bytes(...parts: readonly (Uint8Array | string)[]): Uint8Array {
  return sha256(concatBytes(...parts.map((part) => (typeof part === 'string' ? utf8ToBytes(part) : part))));
}

/** As {@link sha256Bytes}, as 64 lower-case hexadecimal digits. */
export function sha256Hex(...parts: readonly (Uint8Array | string)[]): string {
  return bytesToHex(sha256Bytes(...parts));
}

export function toHex(bytes: Uint8Array): string {
  return bytesToHex(bytes);
}

/** @throws {Error} when the text is not an even number of hexadecimal digits */
export function fromHex(hex: string): Uint8Array {
  return hexToBytes(hex);
}
