import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { canonicalJson, decodeJson, LlmchainError, Opening } from '@llmchain/protocol';
import type { ObjectStore } from '../../ports/object-store';
import type { Openings } from '../../ports/receipts';

const NONCE = 12;
const TAG = 16;

/**
 * Openings in the member's bucket, each sealed by AES-256-GCM with the receipt's id as associated data:
 * 12 bytes of nonce, the ciphertext, 16 bytes of tag.
 */
export class SealedOpenings implements Openings {
  readonly #key: Buffer;
  readonly #store: ObjectStore;

  /** @param options.key 32 bytes */
  constructor(options: { key: Buffer }, dependencies: { store: ObjectStore }) {
    this.#key = options.key;
    this.#store = dependencies.store;
  }

  async put(opening: Opening): Promise<void> {
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(Buffer.from(opening.receipt));
    const sealed = Buffer.concat([
      nonce,
      cipher.update(canonicalJson(opening), 'utf8'),
      cipher.final(),
      cipher.getAuthTag(),
    ]);
    await this.#store.put(objectKey(opening.receipt), sealed);
  }

  async get(receipt: string): Promise<Opening> {
    const sealed = await this.#store.get(objectKey(receipt));
    const decipher = createDecipheriv('aes-256-gcm', this.#key, sealed.subarray(0, NONCE))
      .setAAD(Buffer.from(receipt))
      .setAuthTag(sealed.subarray(-TAG));
    try {
      const text = Buffer.concat([decipher.update(sealed.subarray(NONCE, -TAG)), decipher.final()]).toString('utf8');
      return decodeJson(Opening, text, 'opening');
    } catch (cause) {
      throw new LlmchainError(
        'digest_mismatch',
        'The opening in the bucket was changed or sealed with another key.',
        { receipt },
        { cause },
      );
    }
  }
}

function objectKey(receipt: string): string {
  return `openings/${receipt}`;
}
