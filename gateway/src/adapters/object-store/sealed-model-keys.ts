import { randomBytes } from 'node:crypto';
import { pipeline, type Readable } from 'node:stream';
import { LlmchainError, modelFileKey, wrapModelKey, type ModelRef, type WrappedModelKey } from '@llmchain/protocol';
import type { ModelVault } from '../../ports/model-vault';
import type { ObjectStore } from '../../ports/object-store';
import { sealing } from './envelope/seal';
import { SealedObjects } from './sealed-objects';

const KEY = /^[0-9a-f]{64}$/;

/** Data keys of sealed model versions in the member's bucket, each sealed under a key of the member's. */
export class SealedModelKeys implements ModelVault {
  readonly #objects: SealedObjects;
  /** Keys are made one after the other: a version has one, however many ask. */
  #making: Promise<unknown> = Promise.resolve();

  /** @param options.key 32 bytes */
  constructor(options: { key: Buffer }, dependencies: { store: ObjectStore }) {
    this.#objects = new SealedObjects({ ...options, folder: 'model-keys' }, dependencies);
  }

  has(version: ModelRef): Promise<boolean> {
    return this.#objects.has(nameOf(version));
  }

  async sealing(version: ModelRef): Promise<(digest: string, content: Readable) => Readable> {
    const made = this.#making.then(() => this.#made(version));
    this.#making = made.catch(() => undefined);
    const key = await made;
    // A failure of the source is one of what comes out.
    return (digest, content) => pipeline(content, sealing(modelFileKey(key, digest)), () => undefined);
  }

  async wrap(version: ModelRef, to: { member: string; worker: string; publicKey: string }): Promise<WrappedModelKey> {
    if (!(await this.has(version))) {
      const { model, version: number } = version;
      throw new LlmchainError(
        'not_found',
        `This member does not have the key of ${model}@${number}. Restore its bucket, or register a new version.`,
        { model, version: number },
      );
    }
    const { model, version: number } = version;
    const { member, worker, publicKey } = to;
    const purpose = { model, version: number, member, worker, publicKey };
    return wrapModelKey(await this.#read(version), purpose, randomBytes(32));
  }

  async #made(version: ModelRef): Promise<Buffer> {
    if (await this.has(version)) return this.#read(version);
    const key = randomBytes(32);
    await this.#objects.put(nameOf(version), key.toString('hex'));
    return key;
  }

  async #read(version: ModelRef): Promise<Buffer> {
    const text = await this.#objects.get(nameOf(version));
    if (KEY.test(text)) return Buffer.from(text, 'hex');
    throw new LlmchainError('digest_mismatch', 'The key of a model in the bucket was changed. Restore the bucket.', {
      model: version.model,
      version: version.version,
    });
  }
}

function nameOf({ model, version }: ModelRef): string {
  return `${model}@${version}`;
}
