import { p256 } from '@noble/curves/nist.js';
import { sha256Bytes, toHex } from '@llmchain/protocol';
import { remembered } from '../memo';

/** A check takes milliseconds, and a block's signatures are looked at for each record that it proves. */
const memo = remembered<boolean>(4_096);

/**
 * Whether an ECDSA signature with P-256 and SHA-256 is good and, as Fabric demands, has its `s` in the lower half:
 * otherwise anyone could make a second signature of the same statement.
 * @param key uncompressed or compressed point
 * @param signature DER
 */
export function goodSignature(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  return verify(key, message, signature, true);
}

/** As {@link goodSignature} for certificates and revocation lists, whose makers know nothing of the lower half. */
export function goodCertificateSignature(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  return verify(key, message, signature, false);
}

function verify(key: Uint8Array, message: Uint8Array, signature: Uint8Array, lowS: boolean): boolean {
  const digest = sha256Bytes(message);
  return memo([key, digest, signature].map(toHex).join() + String(lowS), () => {
    try {
      return p256.verify(signature, digest, key, { lowS, prehash: false, format: 'der' });
    } catch {
      return false;
    }
  });
}
