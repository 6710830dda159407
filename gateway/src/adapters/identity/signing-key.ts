import { createPrivateKey } from 'node:crypto';
import { LlmchainError } from '@llmchain/protocol';

/** The seed of an Ed25519 private key in PKCS #8 PEM: 32 bytes. @throws {LlmchainError} `invalid_argument` */
export function ed25519Seed(pem: string): Uint8Array {
  const { crv, d } = createPrivateKey(pem).export({ format: 'jwk' });
  if (crv !== 'Ed25519' || d === undefined) {
    throw new LlmchainError('invalid_argument', 'The signing key is not Ed25519. Make one in PKCS #8 PEM.');
  }
  return Buffer.from(d, 'base64url');
}
