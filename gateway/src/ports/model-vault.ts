import type { Readable } from 'node:stream';
import type { ModelRef, WrappedModelKey } from '@llmchain/protocol';

/** The data keys of this member's sealed model versions: they are used here, and leave it wrapped to a worker alone. */
export interface ModelVault {
  /** Whether there is a key of a version. */
  has(version: ModelRef): Promise<boolean>;
  /**
   * Seals files under the version's key, which is made where there is none; the same file gives the same bytes.
   * @returns what seals a file of this plaintext digest, as a stream
   */
  sealing(version: ModelRef): Promise<(digest: string, content: Readable) => Readable>;
  /**
   * @param to whose it is to be, and the worker's X25519 public key
   * @throws {LlmchainError} `not_found` without a key of the version | `invalid_argument` for a key that none can be wrapped to
   */
  wrap(version: ModelRef, to: { member: string; worker: string; publicKey: string }): Promise<WrappedModelKey>;
}
