import { gcm } from '@noble/ciphers/aes.js';
import { x25519 } from '@noble/curves/ed25519.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { LlmchainError } from '../errors/error';
import { FRAME_PREFIX, type FrameKey } from './frames';
import { fromHex, toHex } from './hash';

const KEY = 32;
/** Each wrap has a key of its own, so that its nonce may be the same. */
const NONCE = new Uint8Array(12);

/** A model version's data key, wrapped to one worker. */
export interface WrappedModelKey {
  /** X25519 public key made for this wrap alone, 32 bytes, hexadecimal. */
  ephemeral: string;
  /** The data key and its tag, 48 bytes, hexadecimal. */
  wrapped: string;
}

/** Of what version a key is, for which worker, and that worker's X25519 public key (32 bytes, hexadecimal). */
export interface ModelKeyPurpose {
  model: string;
  version: number;
  member: string;
  worker: string;
  publicKey: string;
}

/**
 * What one file of a sealed model version is sealed with: HKDF-SHA256 (RFC 5869) of the version's data key, without salt,
 * with `llmchain/model-file/1`, a zero byte and the file's plaintext digest as info; 32 bytes of key, then 7 of prefix. A key
 * seals one content alone, so that nothing random is needed and sealing again gives the same bytes.
 * @param dataKey 32 bytes
 * @param digest SHA-256 of the file's plaintext, hexadecimal
 */
export function modelFileKey(dataKey: Uint8Array, digest: string): FrameKey {
  const info = concatBytes(utf8ToBytes('llmchain/model-file/1\0'), fromHex(digest));
  const bytes = hkdf(sha256, dataKey, undefined, info, KEY + FRAME_PREFIX);
  return { key: bytes.subarray(0, KEY), prefix: bytes.subarray(KEY), digest };
}

/** @param secretKey 32 bytes; @returns the X25519 public key (RFC 7748), 32 bytes, hexadecimal */
export function wrappingKeyOf(secretKey: Uint8Array): string {
  return toHex(x25519.getPublicKey(secretKey));
}

/**
 * Wraps a data key to a worker's X25519 key: Diffie-Hellman with a fresh key, HKDF-SHA256 of the shared secret with both
 * public keys as salt and `llmchain/model-key/1` as info, then AES-256-GCM with the purpose as associated data.
 * @param dataKey 32 bytes
 * @param ephemeral 32 random bytes that are used for nothing else
 * @throws {LlmchainError} `invalid_argument` for a public key that is a point of small order
 */
export function wrapModelKey(dataKey: Uint8Array, purpose: ModelKeyPurpose, ephemeral: Uint8Array): WrappedModelKey {
  const own = wrappingKeyOf(ephemeral);
  let shared: Uint8Array;
  try {
    shared = x25519.getSharedSecret(ephemeral, fromHex(purpose.publicKey));
  } catch (cause) {
    const { member, worker } = purpose;
    throw new LlmchainError(
      'invalid_argument',
      `The wrapping key of ${worker} is no key to wrap to. ${member} has to register another.`,
      { member, worker },
      { cause },
    );
  }
  return { ephemeral: own, wrapped: toHex(cipherOf(shared, own, purpose).encrypt(dataKey)) };
}

/**
 * @param secretKey the worker's, 32 bytes
 * @returns the data key, 32 bytes
 * @throws {LlmchainError} `digest_mismatch` for what was changed, or wrapped for another worker, version or key
 */
export function unwrapModelKey(
  { ephemeral, wrapped }: WrappedModelKey,
  purpose: ModelKeyPurpose,
  secretKey: Uint8Array,
): Uint8Array {
  const { model, version, member, worker } = purpose;
  try {
    const shared = x25519.getSharedSecret(secretKey, fromHex(ephemeral));
    return cipherOf(shared, ephemeral, purpose).decrypt(fromHex(wrapped));
  } catch (cause) {
    throw new LlmchainError(
      'digest_mismatch',
      `What the ledger has as the key of ${model}@${version} for ${worker} does not open. Ask the model's owner to give it anew.`,
      { model, version, member, worker },
      { cause },
    );
  }
}

function cipherOf(
  shared: Uint8Array,
  ephemeral: string,
  { model, version, member, worker, publicKey }: ModelKeyPurpose,
) {
  const salt = concatBytes(fromHex(ephemeral), fromHex(publicKey));
  const key = hkdf(sha256, shared, salt, utf8ToBytes('llmchain/model-key/1'), KEY);
  const purpose = ['llmchain/model-key/1', model, String(version), member, worker].join('\0');
  return gcm(key, NONCE, utf8ToBytes(purpose));
}
