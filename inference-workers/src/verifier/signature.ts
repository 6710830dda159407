import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { signedMessage, type Domain, type Signed } from '@llmchain/protocol';

/** DER of a SubjectPublicKeyInfo before the 32 bytes of an Ed25519 key (RFC 8410). */
const PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

const keys = new Map<string, KeyObject>();

function keyOf(publicKey: string): KeyObject {
  let key = keys.get(publicKey);
  if (!key) {
    key = createPublicKey({ key: Buffer.concat([PREFIX, Buffer.from(publicKey, 'hex')]), format: 'der', type: 'spki' });
    keys.set(publicKey, key);
  }
  return key;
}

/** As `verifySigned` of the protocol says, by OpenSSL: ten times as fast, for batches of many receipts. */
export function verifySignature(domain: Domain, signed: Signed<unknown>, publicKey: string): boolean {
  try {
    const signature = Buffer.from(signed.signature, 'hex');
    return verify(null, signedMessage(domain, signed.body), keyOf(publicKey), signature);
  } catch {
    return false;
  }
}
