import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { canonicalJson, receiptId, type PendingReceipt } from '@llmchain/protocol';
import { remove, temporary, writeDurably } from '../files/durable';
import type { Concluded } from './conclude';

/** Answers are handed out until they make about so many characters: less than a gRPC message may hold. */
const REPLY_CHARACTERS = 2_000_000;

/** `<when it ended, 15 digits>-<receipt id>.json` */
const NAME = /^\d{15}-([0-9a-f]{64})\.json$/;

/**
 * Receipts and openings that the member's gateway has not taken yet, a file each. One is on disk before its answer is
 * declared finished, so no crash loses a receipt that a caller has seen. Files hold prompts and answers: mode 0600.
 */
export class Outbox {
  readonly #folder: string;
  /** File names by receipt id, oldest first. */
  readonly #files: Map<string, string>;

  private constructor(folder: string, files: Map<string, string>) {
    this.#folder = folder;
    this.#files = files;
  }

  /** Opens the folder and finds what an earlier run left in it. */
  static async open(folder: string): Promise<Outbox> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const files = new Map<string, string>();
    for (const name of (await readdir(folder)).sort()) {
      const id = NAME.exec(name)?.[1];
      if (id) files.set(id, name);
      else if (name === temporary(name.replace(/\.part$/, ''))) await remove(path.join(folder, name));
    }
    return new Outbox(folder, files);
  }

  get size(): number {
    return this.#files.size;
  }

  /** Resolves when the receipt is safe on disk. */
  async put({ receipt, opening }: Concluded): Promise<void> {
    const id = receiptId(receipt.body);
    const name = `${String(receipt.body.ended).padStart(15, '0')}-${id}.json`;
    const pending: PendingReceipt = { receipt: canonicalJson(receipt), opening: canonicalJson(opening) };
    await writeDurably(path.join(this.#folder, name), JSON.stringify(pending));
    this.#files.set(id, name);
  }

  /** The oldest receipts, `limit` at most, and fewer when they are large. */
  async pending(limit: number): Promise<PendingReceipt[]> {
    const taken: PendingReceipt[] = [];
    let characters = 0;
    for (const name of [...this.#files.values()].slice(0, limit)) {
      const text = await readFile(path.join(this.#folder, name), 'utf8');
      characters += text.length;
      if (taken.length > 0 && characters > REPLY_CHARACTERS) break;
      taken.push(JSON.parse(text) as PendingReceipt);
    }
    return taken;
  }

  /** Forgets receipts; ids that are not here are well, as they may be acknowledged twice. */
  async acknowledge(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      const name = this.#files.get(id);
      if (name === undefined) continue;
      await remove(path.join(this.#folder, name));
      this.#files.delete(id);
    }
  }
}
