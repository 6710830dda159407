import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { LlmchainError } from '@llmchain/protocol';

/**
 * Reads an Ed25519 private key.
 * @param file PEM, PKCS #8
 * @returns its 32-byte seed
 * @throws {LlmchainError} `invalid_argument` when the file holds another kind of key
 */
export async function readSigningKey(file: string): Promise<Uint8Array> {
  const jwk = createPrivateKey(await readFile(file)).export({ format: 'jwk' });
  if (jwk.crv !== 'Ed25519' || jwk.d === undefined) {
    throw new LlmchainError('invalid_argument', 'The signing key is not an Ed25519 key. Make one of that kind.');
  }
  return new Uint8Array(Buffer.from(jwk.d, 'base64url'));
}
