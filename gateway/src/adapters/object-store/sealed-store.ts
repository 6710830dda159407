import { randomBytes } from 'node:crypto';
import { pipeline, Readable } from 'node:stream';
import { FRAME_PREFIX, sealedSize } from '@llmchain/protocol';
import type { DataKeys, WrappedKey } from '../../ports/data-keys';
import type { Log } from '../../ports/log';
import type { Bucket, ObjectStore, PutOptions } from '../../ports/object-store';
import { opening, sealing } from './envelope/seal';
import type { KeyRing } from './key-ring';

const CONTENT = /^sha256\/([0-9a-f]{64})$/;

/**
 * A bucket whose content (`sha256/…`) is sealed: each object under a data key of its own, which lies wrapped in the member's
 * database. Sealed objects are `sealed/<digest>/<name>`, a fresh name each time that they are written. What lies in clear,
 * because it is public or from before, is read as it is; all other keys pass through.
 */
export class SealedStore implements ObjectStore {
  readonly #store: Bucket;
  readonly #keys: DataKeys;
  readonly #ring: KeyRing;
  readonly #log: Log;

  constructor(_options: object, dependencies: { store: Bucket; keys: DataKeys; ring: KeyRing; log: Log }) {
    this.#store = dependencies.store;
    this.#keys = dependencies.keys;
    this.#ring = dependencies.ring;
    this.#log = dependencies.log;
  }

  put(key: string, bytes: Uint8Array, options: PutOptions = {}): Promise<void> {
    const digest = digestOf(key);
    if (digest === undefined) return this.#store.put(key, bytes);
    if (options.public) return this.#publish(digest, () => this.#store.put(key, bytes));
    return this.#seal(digest, Readable.from([Buffer.from(bytes)]), bytes.byteLength);
  }

  putStream(key: string, content: Readable, bytes: number, options: PutOptions = {}): Promise<void> {
    const digest = digestOf(key);
    if (digest === undefined) return this.#store.putStream(key, content, bytes);
    if (options.public) return this.#publish(digest, () => this.#store.putStream(key, content, bytes));
    return this.#seal(digest, content, bytes);
  }

  /** Of the content; undefined also when the sealed object is gone or was cut. */
  async size(key: string): Promise<number | undefined> {
    const sealed = await this.#find(key);
    if (!sealed) return this.#store.size(key);
    const whole = (await this.#store.size(sealed.object)) === sealedSize(sealed.bytes);
    return whole ? sealed.bytes : undefined;
  }

  async get(key: string): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of await this.stream(key)) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }

  /** The stream fails with `digest_mismatch` when the sealed object was changed; nothing false comes out before. */
  async stream(key: string): Promise<Readable> {
    const sealed = await this.#find(key);
    if (!sealed) return this.#store.stream(key);
    const open = opening({ key: this.#ring.unwrap(sealed), digest: sealed.digest });
    return through(await this.#store.stream(sealed.object), open);
  }

  /**
   * Destroys the data key first: without it the object is noise, also where a copy of the bucket is left somewhere. Then
   * every object that was ever sealed of it goes: one may be left of a time when this was broken off.
   */
  async remove(key: string): Promise<boolean> {
    const digest = digestOf(key);
    if (digest === undefined) return this.#store.remove(key);
    const object = await this.#keys.remove(digest);
    const sealed = await this.#store.removeAll(`sealed/${digest}/`);
    const clear = await this.#store.removeAll(key);
    return object !== undefined || sealed || clear;
  }

  check(): Promise<void> {
    return this.#store.check();
  }

  /** Wraps every data key under the current key-encryption key; no content is touched. @returns how many it was */
  async rewrap(): Promise<number> {
    const { current } = this.#ring;
    let done = 0;
    let lost = 0;
    let after = '';
    for (;;) {
      const keys = await this.#keys.wrappedOtherwise(current, after);
      for (const key of keys) {
        after = key.digest;
        try {
          await this.#keys.rewrap(key, this.#ring.wrap(this.#ring.unwrap(key), key));
          done += 1;
        } catch (error) {
          lost += 1;
          this.#log.error({ sha256: key.digest, kek: key.kek, error: String(error) }, 'a data key cannot be unwrapped');
        }
      }
      if (keys.length === 0) break;
    }
    if (done + lost > 0) this.#log.info({ done, lost, kek: current }, 'data keys were wrapped anew');
    return done;
  }

  async #seal(digest: string, content: Readable, bytes: number): Promise<void> {
    const key = randomBytes(32);
    const object = `sealed/${digest}/${randomBytes(8).toString('hex')}`;
    const sealed = through(content, sealing({ key, prefix: randomBytes(FRAME_PREFIX), digest }));
    await this.#store.putStream(object, sealed, sealedSize(bytes));
    // The key comes last: until then the object is noise that nobody names, and whatever was there before still opens.
    const before = await this.#keys.put({ digest, object, bytes, ...this.#ring.wrap(key, { digest, object }) });
    if (before !== undefined) await this.#store.remove(before);
    await this.#store.remove(`sha256/${digest}`);
  }

  async #publish(digest: string, put: () => Promise<void>): Promise<void> {
    await put();
    const before = await this.#keys.remove(digest);
    if (before !== undefined) await this.#store.remove(before);
  }

  async #find(key: string): Promise<WrappedKey | undefined> {
    const digest = digestOf(key);
    return digest === undefined ? undefined : this.#keys.find(digest);
  }
}

function digestOf(key: string): string | undefined {
  return CONTENT.exec(key)?.[1];
}

/** A failure of the source is one of what comes out. */
function through<T extends NodeJS.ReadWriteStream & Readable>(source: Readable, transform: T): T {
  pipeline(source, transform, () => undefined);
  return transform;
}
