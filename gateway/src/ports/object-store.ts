import type { Readable } from 'node:stream';

/** How content is kept: sealed, unless it is public. */
export interface PutOptions {
  public?: boolean | undefined;
}

/** The member's bucket. Keys of content are `sha256/<digest>`. */
export interface ObjectStore {
  /** @throws {LlmchainError} `unavailable` */
  put(key: string, bytes: Uint8Array, options?: PutOptions): Promise<void>;
  /** Puts what another place holds already, of known size in bytes. */
  putStream(key: string, content: Readable, bytes: number, options?: PutOptions): Promise<void>;
  /** Size in bytes, or undefined when there is no such object. */
  size(key: string): Promise<number | undefined>;
  /** @throws {LlmchainError} `not_found` | `unavailable` */
  get(key: string): Promise<Buffer>;
  /** As {@link get}, for content that may be large. */
  stream(key: string): Promise<Readable>;
  /** Destroys an object in all its versions, and what opens it. @returns whether there was one */
  remove(key: string): Promise<boolean>;
  /** @throws {LlmchainError} `unavailable` when the bucket does not answer */
  check(): Promise<void>;
}

/** A bucket as an S3 server has it: nothing in it is told apart. */
export interface Bucket extends ObjectStore {
  /**
   * Destroys all objects whose keys begin with a prefix, in all their versions, and uploads of such that were begun and not
   * ended. @returns whether there was one
   */
  removeAll(prefix: string): Promise<boolean>;
}

/** Content on its way, kept in a temporary file until its digest is known. */
export interface Spooled {
  /** SHA-256, hexadecimal. */
  readonly digest: string;
  readonly bytes: number;
  /** Where the file is, for what reads it out of order. */
  readonly path: string;
  open(): Readable;
  dispose(): Promise<void>;
}

export interface Spool {
  /** @throws {LlmchainError} `too_large` beyond `limit` bytes */
  take(content: Readable, limit: number): Promise<Spooled>;
}
