import { ed25519 } from '@noble/curves/ed25519.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { canonicalJson } from '../canonical/json';
import { fromHex, toHex } from './hash';

/** A statement and its Ed25519 signature (RFC 8032) over `domain`, a zero byte, and the statement's canonical JSON. */
export interface Signed<T> {
  body: T;
  /** Id of the signer's record on the ledger, which holds the public key. */
  signer: string;
  /** 64 bytes, hexadecimal. */
  signature: string;
}

/** What is signed, so that a signature made for one purpose never counts for another. */
export type Domain = 'llmchain/ticket/1' | 'llmchain/continuation/1' | 'llmchain/receipt/1';

/** The bytes that are signed. */
export function signedMessage(domain: Domain, body: unknown): Uint8Array {
  return utf8ToBytes(`${domain}\0${canonicalJson(body)}`);
}

/** @param secretKey 32 bytes, the Ed25519 seed */
export function sign<T>(domain: Domain, body: T, signer: string, secretKey: Uint8Array): Signed<T> {
  return { body, signer, signature: toHex(ed25519.sign(signedMessage(domain, body), secretKey)) };
}

/**
 * Whether the signature is good for this purpose, statement and key (strict RFC 8032 verification, no ZIP 215 leniency).
 * @param publicKey 32 bytes, hexadecimal
 */
export function verifySigned(domain: Domain, signed: Signed<unknown>, publicKey: string): boolean {
  try {
    return ed25519.verify(fromHex(signed.signature), signedMessage(domain, signed.body), fromHex(publicKey), {
      zip215: false,
    });
  } catch {
    return false;
  }
}

/** @param secretKey 32 bytes, the Ed25519 seed; @returns 32 bytes, hexadecimal */
export function publicKeyOf(secretKey: Uint8Array): string {
  return toHex(ed25519.getPublicKey(secretKey));
}

/**
 * Whether a public key is a point of the prime-order group other than its zero, in its one encoding (RFC 8032, section
 * 5.1.3): implementations that multiply by the cofactor and such that do not agree on what such a key has signed.
 * @param publicKey 32 bytes, hexadecimal
 */
export function isSoundKey(publicKey: string): boolean {
  try {
    const point = ed25519.Point.fromHex(publicKey, false);
    return !point.is0() && point.isTorsionFree();
  } catch {
    return false;
  }
}
