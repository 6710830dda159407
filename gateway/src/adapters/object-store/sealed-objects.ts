import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { LlmchainError } from '@llmchain/protocol';
import type { ObjectStore } from '../../ports/object-store';

const NONCE = 12;
const TAG = 16;

/** Small objects in the member's bucket, each sealed by AES-256-GCM: 12 bytes of nonce, the ciphertext, 16 bytes of tag. */
export class SealedObjects {
  readonly #options: { key: Buffer; folder: string };
  readonly #store: ObjectStore;

  /** @param options.key 32 bytes; `folder` is where the objects lie */
  constructor(options: { key: Buffer; folder: string }, dependencies: { store: ObjectStore }) {
    this.#options = options;
    this.#store = dependencies.store;
  }

  /** @param id the object's name, and the associated data that ties the ciphertext to it */
  async put(id: string, text: string): Promise<void> {
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv('aes-256-gcm', this.#options.key, nonce).setAAD(Buffer.from(id));
    const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    await this.#store.put(this.#object(id), sealed);
  }

  async has(id: string): Promise<boolean> {
    return (await this.#store.size(this.#object(id))) !== undefined;
  }

  /** @throws {LlmchainError} `not_found` | `digest_mismatch` for what was changed, or sealed with another key */
  async get(id: string): Promise<string> {
    const sealed = await this.#store.get(this.#object(id));
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#options.key, sealed.subarray(0, NONCE))
        .setAAD(Buffer.from(id))
        .setAuthTag(sealed.subarray(-TAG));
      return Buffer.concat([decipher.update(sealed.subarray(NONCE, -TAG)), decipher.final()]).toString('utf8');
    } catch (cause) {
      throw new LlmchainError(
        'digest_mismatch',
        `The object ${this.#object(id)} in the bucket was changed or sealed with another key.`,
        { object: this.#object(id) },
        { cause },
      );
    }
  }

  #object(id: string): string {
    return `${this.#options.folder}/${id}`;
  }
}
