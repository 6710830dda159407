import { mkdir, open, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { LlmchainError } from '@llmchain/protocol';
import { remove, syncFolder } from '../files/durable';

/** A ticket is remembered for so long after its end, lest a clock that was set back makes it good again. */
const GRACE_MS = 3_600_000;

/**
 * Tickets that were served, a file each that holds the expiry, so that none is served twice, also after a crash. They are
 * forgotten when they have expired: an expired ticket is refused for that alone.
 */
export class ServedTickets {
  readonly #folder: string;
  readonly #expiries: Map<string, number>;

  private constructor(folder: string, expiries: Map<string, number>) {
    this.#folder = folder;
    this.#expiries = expiries;
  }

  static async open(folder: string): Promise<ServedTickets> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const expiries = new Map<string, number>();
    for (const name of await readdir(folder)) {
      if (!/^[0-9a-f]{64}$/.test(name)) continue;
      const expires = Number(await readFile(path.join(folder, name), 'utf8'));
      // A file that a crash left empty stands for a ticket that was being claimed: keep it.
      expiries.set(name, expires > 0 ? expires : Date.now());
    }
    return new ServedTickets(folder, expiries);
  }

  /**
   * Takes a ticket, durably.
   * @param digest of the ticket
   * @param expires milliseconds since the Unix epoch
   * @throws {LlmchainError} `conflict` when it was taken before
   */
  async claim(digest: string, expires: number): Promise<void> {
    if (this.#expiries.has(digest)) {
      throw new LlmchainError('conflict', 'This ticket was served. Sign a new one for another answer.', {
        ticket: digest,
      });
    }
    this.#expiries.set(digest, expires);
    const file = await open(path.join(this.#folder, digest), 'w', 0o600);
    try {
      await file.writeFile(String(expires));
      await file.sync();
    } finally {
      await file.close();
    }
    await syncFolder(this.#folder);
  }

  /** Gives a ticket back of which nothing was served. */
  async release(digest: string): Promise<void> {
    await remove(path.join(this.#folder, digest));
    this.#expiries.delete(digest);
  }

  /** Forgets what has expired. */
  async prune(now: number): Promise<void> {
    for (const [digest, expires] of this.#expiries) if (expires + GRACE_MS < now) await this.release(digest);
  }
}
