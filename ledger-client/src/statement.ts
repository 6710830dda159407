import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { fromHex, isSoundKey, signedMessage, type Domain, type Signed } from '@llmchain/protocol';

/** DER of a PKCS #8 key before the 32 bytes of an Ed25519 seed, and of a SubjectPublicKeyInfo before those of a key (RFC 8410). */
const PRIVATE = Buffer.from('302e020100300506032b657004220420', 'hex');
const PUBLIC = Buffer.from('302a300506032b6570032100', 'hex');

const privateKeys = new WeakMap<Uint8Array, KeyObject>();
/** Null for those that are not sound. Only keys that the ledger has come here, so they are few. */
const publicKeys = new Map<string, KeyObject | null>();

function privateKeyOf(seed: Uint8Array): KeyObject {
  let key = privateKeys.get(seed);
  if (!key) {
    key = createPrivateKey({ key: Buffer.concat([PRIVATE, seed]), format: 'der', type: 'pkcs8' });
    privateKeys.set(seed, key);
  }
  return key;
}

function publicKeyObject(publicKey: string): KeyObject | null {
  let key = publicKeys.get(publicKey);
  if (key === undefined) {
    key = isSoundKey(publicKey)
      ? createPublicKey({ key: Buffer.concat([PUBLIC, Buffer.from(publicKey, 'hex')]), format: 'der', type: 'spki' })
      : null;
    publicKeys.set(publicKey, key);
  }
  return key;
}

/**
 * The same signature as `sign` of the protocol makes, by OpenSSL: twenty times as fast.
 * @param secretKey 32 bytes, the Ed25519 seed, which does not change
 */
export function signStatement<T>(domain: Domain, body: T, signer: string, secretKey: Uint8Array): Signed<T> {
  const signature = sign(null, signedMessage(domain, body), privateKeyOf(secretKey)).toString('hex');
  return { body, signer, signature };
}

/**
 * Whether a signature is good, by OpenSSL: ten times as fast as `verifySigned` of the protocol, and at least as strict, so
 * that whoever checks offline finds good what was taken for good here. OpenSSL takes any key, even one for which anybody can
 * sign, and holds the rest to the letter (no cofactor), where a point of small order beside the key's could make the two
 * differ: keys that are not sound verify nothing.
 * @param publicKey 32 bytes, hexadecimal
 */
export function verifyStatement(domain: Domain, signed: Signed<unknown>, publicKey: string): boolean {
  const key = publicKeyObject(publicKey);
  if (!key) return false;
  try {
    return verify(null, signedMessage(domain, signed.body), key, fromHex(signed.signature));
  } catch {
    return false;
  }
}
