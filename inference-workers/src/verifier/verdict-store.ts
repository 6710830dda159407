import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { decodeJson, Digest, Verdict } from '@llmchain/protocol';
import { z } from 'zod';
import { remove, writeDurably } from '../files/durable';

/**
 * What this verifier knows of one batch. `sample` is secret and drawn once: a producer that withholds an opening must
 * not get another draw.
 */
export const BatchFile = z.strictObject({
  producer: z.string(),
  verdict: Verdict,
  /** Ids of the batch's receipts, once its list fitted its root. */
  receipts: z.array(Digest),
  sample: z.array(Digest),
});
export type BatchFile = z.infer<typeof BatchFile>;

const SUFFIX = '.verdict.json';

/** Verdicts, a file of mode 0600 each, so that a restart keeps them. */
export class VerdictStore {
  readonly #folder: string;
  readonly #files = new Map<string, BatchFile>();
  /** Batch in which a receipt was first seen, by producer and receipt id. */
  readonly #receipts = new Map<string, string>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(folder: string): Promise<VerdictStore> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const store = new VerdictStore(folder);
    for (const name of await readdir(folder)) {
      const file = path.join(folder, name);
      if (name.endsWith('.part')) await remove(file);
      if (name.endsWith(SUFFIX)) store.#remember(decodeJson(BatchFile, await readFile(file, 'utf8'), 'verdict file'));
    }
    return store;
  }

  find(batch: string): BatchFile | undefined {
    return this.#files.get(batch);
  }

  /** Whether another batch of the producer holds the receipt. */
  seenElsewhere(producer: string, receipt: string, batch: string): boolean {
    const first = this.#receipts.get(`${producer} ${receipt}`);
    return first !== undefined && first !== batch;
  }

  /** Resolves when it is safe on disk; only then is it known to {@link find}. */
  async put(file: BatchFile): Promise<void> {
    await writeDurably(path.join(this.#folder, file.verdict.batch.replace('/', '.') + SUFFIX), JSON.stringify(file));
    this.#remember(file);
  }

  #remember(file: BatchFile): void {
    this.#files.set(file.verdict.batch, file);
    for (const receipt of file.receipts) {
      const key = `${file.producer} ${receipt}`;
      if (!this.#receipts.has(key)) this.#receipts.set(key, file.verdict.batch);
    }
  }
}
