import { createHash } from 'node:crypto';
import { LlmchainError } from '@llmchain/protocol';
import type { Bytes } from '../readers/bytes';
import { BLOCK, END, fileHeader, paddingOf } from './ustar';

/** An item's content as the dataset's pages name it. */
export interface ShardItem {
  /** SHA-256 of the content, hexadecimal: its name in the file. */
  digest: string;
  bytes: number;
}

/**
 * A shard of a dataset: a tar archive of items' contents (as WebDataset has them), each named by its digest, in the order
 * given. Its bytes follow from the items alone, so whoever has them comes to the same file. One piece is in memory at a time.
 * @throws {LlmchainError} `digest_mismatch` for content that is not the item
 */
export async function* packShard<I extends ShardItem>(
  items: Iterable<I>,
  open: (item: I) => Promise<Bytes>,
): AsyncGenerator<Buffer> {
  for (const item of items) {
    yield fileHeader(item.digest, item.bytes);
    const check = new ItemCheck(item);
    for await (const chunk of await open(item)) {
      check.add(chunk);
      yield chunk;
    }
    check.finish();
    yield Buffer.alloc(paddingOf(item.bytes));
  }
  yield END;
}

/**
 * That a file is the shard of these items: byte for byte, so that nothing is hidden in it.
 * @throws {LlmchainError} `digest_mismatch` with the item
 */
export async function verifyShard(file: Bytes, items: Iterable<ShardItem>): Promise<void> {
  const reader = new Reader(file);
  for (const item of items) {
    if (!(await reader.isNext(fileHeader(item.digest, item.bytes)))) throw spoiled(item);
    const check = new ItemCheck(item);
    for await (const chunk of reader.next(item.bytes)) check.add(chunk);
    check.finish();
    if (!(await reader.isNext(Buffer.alloc(paddingOf(item.bytes))))) throw spoiled(item);
  }
  if (!(await reader.isNext(END)) || !(await reader.isOver())) throw spoiled();
}

/** Content against the digest and the size that the item names. */
class ItemCheck {
  readonly #item: ShardItem;
  readonly #hash = createHash('sha256');
  #bytes = 0;

  constructor(item: ShardItem) {
    this.#item = item;
  }

  add(chunk: Uint8Array): void {
    this.#bytes += chunk.byteLength;
    if (this.#bytes > this.#item.bytes) throw spoiled(this.#item);
    this.#hash.update(chunk);
  }

  finish(): void {
    if (this.#bytes !== this.#item.bytes || this.#hash.digest('hex') !== this.#item.digest) throw spoiled(this.#item);
  }
}

/** A stream taken in pieces of known length. */
class Reader {
  readonly #stream: AsyncIterator<Buffer>;
  #held: Buffer = Buffer.alloc(0);

  constructor(stream: Bytes) {
    this.#stream = stream[Symbol.asyncIterator]();
  }

  /** As many bytes as there are, at most so many. */
  async *next(bytes: number): AsyncGenerator<Buffer> {
    for (let left = bytes; left > 0;) {
      if (this.#held.length === 0 && !(await this.#more())) return;
      const piece = this.#held.subarray(0, left);
      this.#held = this.#held.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  async isNext(expected: Buffer): Promise<boolean> {
    const pieces: Buffer[] = [];
    for await (const piece of this.next(expected.length)) pieces.push(piece);
    return Buffer.concat(pieces).equals(expected);
  }

  async isOver(): Promise<boolean> {
    return this.#held.length === 0 && !(await this.#more());
  }

  async #more(): Promise<boolean> {
    for (;;) {
      const step = await this.#stream.next();
      if (step.done) return false;
      if (step.value.length === 0) continue;
      this.#held = step.value;
      return true;
    }
  }
}

function spoiled(item?: ShardItem): LlmchainError {
  const what = item ? `item ${item.digest} is not what stands there` : 'it does not end where it should';
  return new LlmchainError('digest_mismatch', `The file is not the shard of these items: ${what}.`, {
    ...(item ? { item: item.digest } : {}),
  });
}

/** Bytes that a shard of these items has. */
export function shardBytes(items: Iterable<ShardItem>): number {
  let bytes = END.length;
  for (const item of items) bytes += BLOCK + item.bytes + paddingOf(item.bytes);
  return bytes;
}
