import { p256 } from '@noble/curves/nist.js';

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
  try {
    return p256.verify(signature, message, key, { lowS, prehash: true, format: 'der' });
  } catch {
    return false;
  }
}
