import type { Readable } from 'node:stream';

/** The member's bucket. Keys of content are `sha256/<digest>`. */
export interface ObjectStore {
  /** @throws {LlmchainError} `unavailable` */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Puts what another place holds already, of known size in bytes. */
  putStream(key: string, content: Readable, bytes: number): Promise<void>;
  /** Size in bytes, or undefined when there is no such object. */
  size(key: string): Promise<number | undefined>;
  /** @throws {LlmchainError} `not_found` | `unavailable` */
  get(key: string): Promise<Buffer>;
  /** As {@link get}, for content that may be large. */
  stream(key: string): Promise<Readable>;
  /** @throws {LlmchainError} `unavailable` when the bucket does not answer */
  check(): Promise<void>;
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
