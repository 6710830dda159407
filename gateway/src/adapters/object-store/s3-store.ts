import { Agent } from 'node:https';
import { Readable } from 'node:stream';
import { LlmchainError } from '@llmchain/protocol';
import { Client } from 'minio';
import type { Bucket } from '../../ports/object-store';

export interface S3Options {
  host: string;
  port: number;
  bucket: string;
  accessKey: string;
  secretKey: string;
  /** PEM of the server's TLS root. */
  tlsRoot: Buffer;
}

/** Parts of larger uploads, and with them the memory that one takes: 16 MiB. */
const PART = 16 * 1024 * 1024;

function isMissing(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === 'NoSuchKey' || code === 'NotFound';
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** The member's bucket on any S3 server, over TLS. */
export class S3Store implements Bucket {
  readonly #bucket: string;
  readonly #client: Client;

  constructor(options: S3Options) {
    const { host, port, bucket, accessKey, secretKey, tlsRoot } = options;
    this.#bucket = bucket;
    this.#client = new Client({
      endPoint: host,
      port,
      useSSL: true,
      accessKey,
      secretKey,
      region: 'us-east-1',
      pathStyle: true,
      partSize: PART,
      transportAgent: new Agent({ ca: tlsRoot, keepAlive: true, maxSockets: 32 }),
    });
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    await this.#ask(key, this.#client.putObject(this.#bucket, key, Buffer.from(bytes), bytes.byteLength));
  }

  async putStream(key: string, content: Readable, bytes: number): Promise<void> {
    await this.#ask(key, this.#client.putObject(this.#bucket, key, content, bytes));
  }

  async size(key: string): Promise<number | undefined> {
    try {
      return (await this.#client.statObject(this.#bucket, key)).size;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw this.#failure(key, error);
    }
  }

  async get(key: string): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of await this.stream(key)) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }

  stream(key: string): Promise<Readable> {
    return this.#ask(key, this.#client.getObject(this.#bucket, key));
  }

  async remove(key: string): Promise<boolean> {
    // To list is dear where many keys begin alike, and mostly there is nothing.
    if ((await this.size(key)) === undefined) return false;
    return this.#removeVersions(key, (name) => name === key);
  }

  async removeAll(prefix: string): Promise<boolean> {
    const listed = collect(this.#client.listIncompleteUploads(this.#bucket, prefix, true));
    const uploads = (await this.#ask(prefix, listed)) as { key: string; uploadId: string }[];
    for (const { key, uploadId } of uploads)
      await this.#ask(key, this.#client.abortMultipartUpload(this.#bucket, key, uploadId));
    const removed = await this.#removeVersions(prefix, () => true);
    return removed || uploads.length > 0;
  }

  /** Where the bucket keeps versions, removing an object would only hide it: each version goes, and each mark that hides one. */
  async #removeVersions(prefix: string, wanted: (name: string) => boolean): Promise<boolean> {
    const listed = collect(this.#client.listObjects(this.#bucket, prefix, true, { IncludeVersion: true }));
    const versions = (await this.#ask(prefix, listed)) as { name?: string; versionId?: string }[];
    const found = versions.filter(({ name }) => name !== undefined && wanted(name));
    for (const { name = '', versionId } of found)
      await this.#ask(name, this.#client.removeObject(this.#bucket, name, versionId ? { versionId } : {}));
    return found.length > 0;
  }

  async check(): Promise<void> {
    if (await this.#ask('', this.#client.bucketExists(this.#bucket))) return;
    throw new LlmchainError('unavailable', `There is no bucket ${this.#bucket}. Its operator has to make it.`);
  }

  async #ask<T>(key: string, answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      throw this.#failure(key, error);
    }
  }

  #failure(key: string, cause: unknown): LlmchainError {
    if (isMissing(cause)) return new LlmchainError('not_found', `The bucket has no ${key}.`, { key }, { cause });
    return new LlmchainError('unavailable', 'The object store did not answer. Try again in a moment.', {}, { cause });
  }
}
