import type { Readable } from 'node:stream';
import { LlmchainError, type Work } from '@llmchain/protocol';
import type { AccessLog } from '../ports/access-log';
import type { Actor } from '../ports/actor';
import type { Membership } from '../ports/consortium';
import type { Ledgers } from '../ports/ledger';
import type { ObjectStore, PutOptions, Spool, Spooled } from '../ports/object-store';
import type { Peers } from '../ports/peers';
import type { Uploads } from '../ports/uploads';
import type { AccessRights } from './access-rights';
import { contentKey } from './content-key';

/** Largest content that is taken or passed on: 1 GiB. */
export const CONTENT_LIMIT = 1024 * 1024 * 1024;

/** Content on its way to a reader. */
export interface OpenContent {
  bytes: number;
  open(): Promise<Readable>;
  close(): Promise<void>;
}

interface Ports {
  ledgers: Ledgers;
  store: ObjectStore;
  spool: Spool;
  peers: Peers;
  uploads: Uploads;
  accessLog: AccessLog;
  rights: AccessRights;
}

/**
 * Content by what it is: from the own bucket, or from the member that owns it, checked against its digest. Of works of
 * other members a sealed copy stays here, and is read only for as long as the ledger lets this member have it.
 */
export class Content {
  readonly #options: Membership;
  readonly #ports: Ports;

  constructor(options: Membership, ports: Ports) {
    this.#options = options;
    this.#ports = ports;
  }

  /**
   * @returns where it lies
   * @throws {LlmchainError} `too_large` | `invalid_argument` for nothing | `wrong_state` for what was erased
   */
  async take(actor: Actor, content: Readable, options: PutOptions = {}): Promise<{ address: string; bytes: number }> {
    const spooled = await this.#ports.spool.take(content, CONTENT_LIMIT);
    try {
      if (spooled.bytes === 0)
        throw new LlmchainError('invalid_argument', 'The body is empty. Send the content as it is.');
      await this.demandNotErased(spooled.digest);
      const key = contentKey(spooled.digest);
      await this.#keep(spooled, options);
      await this.#ports.uploads.note(actor, spooled);
      return { address: key, bytes: spooled.bytes };
    } finally {
      await spooled.dispose();
    }
  }

  /** @throws {LlmchainError} `wrong_state` for content that its owner had erased */
  async demandNotErased(sha256: string): Promise<void> {
    if (!(await this.#ports.ledgers.service.find('erasure', sha256))) return;
    throw new LlmchainError('wrong_state', 'The owner of this work had its content erased; it is not kept again.', {
      work: sha256,
    });
  }

  /** @throws {LlmchainError} `not_found` | `not_authorised` | `wrong_state` | `digest_mismatch` | `unavailable` */
  async open(actor: Actor, sha256: string): Promise<OpenContent> {
    const work = await this.#ports.ledgers.service.find('work', sha256);
    if (work) return this.#openWork(actor, work);
    await this.#demandShard(actor, sha256);
    const bytes = await this.#ports.store.size(contentKey(sha256));
    if (bytes !== undefined) {
      const open = (): Promise<Readable> => this.#ports.store.stream(contentKey(sha256));
      return { bytes, open, close: () => Promise.resolve() };
    }
    const spooled = await this.#fetch(sha256, this.#options.members);
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

  /** The right is looked at each time, also for a copy that is here already; the log has it before the first byte leaves. */
  async #openWork(actor: Actor, work: Work): Promise<OpenContent> {
    const { store, rights, accessLog } = this.#ports;
    const { sha256 } = work;
    await this.demandNotErased(sha256);
    const ground = await rights.demand(work, this.#options.own);
    const key = contentKey(sha256);
    if ((await store.size(key)) === undefined) await this.#copy(work);
    const access = { time: Date.now(), member: this.#options.own, key: actor.key, content: sha256, work: sha256 };
    await accessLog.write({ ...access, ground });
    return { bytes: work.bytes, open: () => store.stream(key), close: () => Promise.resolve() };
  }

  /** Of what is a shard: the right is looked at, and every work in it is in the log before the first byte leaves. */
  async #demandShard(actor: Actor, sha256: string): Promise<void> {
    const { rights, accessLog } = this.#ports;
    const member = this.#options.own;
    const grounds = (await rights.ofShard(sha256, member)) ?? [];
    const access = { time: Date.now(), member, key: actor.key, content: sha256 };
    if (grounds.length > 0) await accessLog.write(...grounds.map((ground) => ({ ...access, ...ground })));
  }

  /** From whoever owns the work, or did: content stays where it was registered when a work is sold. */
  async #copy({ sha256, owner, formerOwners }: Work): Promise<void> {
    const holders = new Set([owner, ...formerOwners].map(({ member }) => member));
    const spooled = await this.#fetch(sha256, [...holders]);
    try {
      await this.#keep(spooled);
    } finally {
      await spooled.dispose();
    }
  }

  /**
   * An erasure may come while content is on its way into the bucket. One that is on the ledger afterwards is heeded here, a
   * later one by {@link EraseWorks}.
   * @throws {LlmchainError} `wrong_state` for what was erased
   */
  async #keep(spooled: Spooled, options: PutOptions = {}): Promise<void> {
    const key = contentKey(spooled.digest);
    await this.#ports.store.putStream(key, spooled.open(), spooled.bytes, options);
    try {
      await this.demandNotErased(spooled.digest);
    } catch (error) {
      await this.#ports.store.remove(key);
      throw error;
    }
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

  async #received(member: string, sha256: string): Promise<Spooled> {
    try {
      return await this.#ports.spool.take(await this.#ports.peers.content(member, sha256), CONTENT_LIMIT);
    } catch (cause) {
      if (cause instanceof LlmchainError) throw cause;
      const details = { member, sha256 };
      throw new LlmchainError('unavailable', `${member} broke off while it sent content. Try again.`, details, {
        cause,
      });
    }
  }

  async #checked(member: string, sha256: string): Promise<Spooled> {
    const spooled = await this.#received(member, sha256);
    if (spooled.digest === sha256) return spooled;
    await spooled.dispose();
    throw new LlmchainError('digest_mismatch', `${member} sent other content than ${sha256}; it was thrown away.`, {
      member,
      sha256,
      actual: spooled.digest,
    });
  }
}
