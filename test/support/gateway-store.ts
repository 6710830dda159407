import { Readable } from 'node:stream';
import { LlmchainError } from '@llmchain/protocol';
import type { Bucket } from '../../gateway/src/ports/object-store';

/** A bucket in memory. */
export class MemoryStore implements Bucket {
  readonly objects = new Map<string, Buffer>();

  put(key: string, bytes: Uint8Array): Promise<void> {
    this.objects.set(key, Buffer.from(bytes));
    return Promise.resolve();
  }

  async putStream(key: string, content: Readable): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of content) chunks.push(chunk as Buffer);
    this.objects.set(key, Buffer.concat(chunks));
  }

  size(key: string): Promise<number | undefined> {
    return Promise.resolve(this.objects.get(key)?.byteLength);
  }

  get(key: string): Promise<Buffer> {
    const bytes = this.objects.get(key);
    if (bytes) return Promise.resolve(bytes);
    return Promise.reject(new LlmchainError('not_found', `The bucket has no ${key}.`, { key }));
  }

  async stream(key: string): Promise<Readable> {
    return Readable.from([await this.get(key)]);
  }

  remove(key: string): Promise<boolean> {
    return Promise.resolve(this.objects.delete(key));
  }

  removeAll(prefix: string): Promise<boolean> {
    const names = [...this.objects.keys()].filter((name) => name.startsWith(prefix));
    for (const name of names) this.objects.delete(name);
    return Promise.resolve(names.length > 0);
  }

  check(): Promise<void> {
    return Promise.resolve();
  }
}
