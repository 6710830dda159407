import type { Readable } from 'node:stream';
import { LlmchainError } from '@llmchain/protocol';
import type { Membership } from '../ports/consortium';
import type { Ledger, Ledgers } from '../ports/ledger';
import type { ObjectStore, Spool, Spooled } from '../ports/object-store';
import type { Peers } from '../ports/peers';
import { contentKey } from './content-key';

/** Largest content that is taken or passed on: 1 GiB. */
export const CONTENT_LIMIT = 1024 * 1024 * 1024;

/** Content on its way to a reader. */
export interface OpenContent {
  bytes: number;
  open(): Promise<Readable>;
  close(): Promise<void>;
}

/** Content by what it is: from the own bucket, or from the member that owns it, checked against its digest. */
export class Content {
  readonly #options: Membership;
  readonly #ports: { ledgers: Ledgers; store: ObjectStore; spool: Spool; peers: Peers };

  constructor(options: Membership, ports: { ledgers: Ledgers; store: ObjectStore; spool: Spool; peers: Peers }) {
    this.#options = options;
    this.#ports = ports;
  }

  /** @returns where it lies @throws {LlmchainError} `too_large` | `invalid_argument` for nothing */
  async take(content: Readable): Promise<{ address: string; bytes: number }> {
    const spooled = await this.#ports.spool.take(content, CONTENT_LIMIT);
    try {
      if (spooled.bytes === 0)
        throw new LlmchainError('invalid_argument', 'The body is empty. Send the content as it is.');
      const key = contentKey(spooled.digest);
      if ((await this.#ports.store.size(key)) !== spooled.bytes) {
        await this.#ports.store.putStream(key, spooled.open(), spooled.bytes);
      }
      return { address: key, bytes: spooled.bytes };
    } finally {
      await spooled.dispose();
    }
  }

  /** @throws {LlmchainError} `not_found` | `not_authorised` | `digest_mismatch` | `unavailable` */
  async open(sha256: string): Promise<OpenContent> {
    const bytes = await this.#ports.store.size(contentKey(sha256));
    if (bytes !== undefined) {
      const open = (): Promise<Readable> => this.#ports.store.stream(contentKey(sha256));
      return { bytes, open, close: () => Promise.resolve() };
    }
    const spooled = await this.#fetch(sha256, await this.#holders(sha256));
    return { bytes: spooled.bytes, open: () => Promise.resolve(spooled.open()), close: () => spooled.dispose() };
  }

  /** All of it, for content that is small; `owner` is asked first. @throws as {@link open} */
  async read(sha256: string, owner: string): Promise<Buffer> {
    if ((await this.#ports.store.size(contentKey(sha256))) !== undefined)
      return this.#ports.store.get(contentKey(sha256));
    const spooled = await this.#fetch(sha256, [owner]);
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of spooled.open()) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    } finally {
      await spooled.dispose();
    }
  }

  async #holders(sha256: string): Promise<string[]> {
    const ledger: Ledger = this.#ports.ledgers.service;
    const work = await ledger.find('work', sha256);
    if (work) return [work.owner.member];
    return [...this.#options.members];
  }

  async #fetch(sha256: string, holders: readonly string[]): Promise<Spooled> {
    let failure: unknown;
    for (const member of holders) {
      if (member === this.#options.own) continue;
      try {
        return await this.#checked(member, sha256);
      } catch (error) {
        // What one member refuses or spoils says more than that the next does not have it.
        if (!(failure instanceof LlmchainError) || failure.code === 'not_found') failure = error;
      }
    }
    throw failure instanceof Error
      ? failure
      : new LlmchainError('not_found', `No member has content ${sha256}. Check the digest.`, { sha256 });
  }

  async #checked(member: string, sha256: string): Promise<Spooled> {
    const spooled = await this.#ports.spool.take(await this.#ports.peers.content(member, sha256), CONTENT_LIMIT);
    if (spooled.digest === sha256) return spooled;
    await spooled.dispose();
    throw new LlmchainError('digest_mismatch', `${member} sent other content than ${sha256}; it was thrown away.`, {
      member,
      sha256,
      actual: spooled.digest,
    });
  }
}
