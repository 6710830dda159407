import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { decodeJson, Digest, LlmchainError, Verdict } from '@llmchain/protocol';
import { z } from 'zod';
import { remove, writeDurably } from '../files/durable';
import { DIGEST_BYTES, ReceiptIndex } from './receipt-index';

/**
 * What this verifier knows of one batch. `sample` is secret and drawn once: a producer that withholds an opening must
 * not get another draw.
 */
const BatchFile = z.strictObject({
  producer: z.string(),
  verdict: Verdict,
  sample: z.array(Digest),
  /** Once its list fitted its root: how many receipts it has, and how many batches' lists were known before. */
  listed: z.strictObject({ receipts: z.number().int().min(0), order: z.number().int().min(0) }).optional(),
});
export type BatchFile = z.infer<typeof BatchFile>;

const SUFFIX = '.batch.json';
/** Of the file beside it with the digests that are the receipts' ids, one after the other. */
const IDS = '.ids';

/**
 * Verdicts, a file of mode 0600 each, so that a restart keeps them. Of the receipts memory holds an index alone, since there
 * are more of them with every batch for ever.
 */
export class VerdictStore {
  readonly #folder: string;
  readonly #files = new Map<string, BatchFile>();
  /** By producer: its batches whose lists are known, and in which of them each receipt was seen first. */
  readonly #producers = new Map<string, { batches: string[]; index: ReceiptIndex }>();
  #lists = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** @throws {LlmchainError} `invalid_argument` when a file is none that was written here, or its list is missing */
  static async open(folder: string): Promise<VerdictStore> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const store = new VerdictStore(folder);
    for (const name of await readdir(folder)) {
      const file = path.join(folder, name);
      if (name.endsWith('.part')) await remove(file);
      if (!name.endsWith(SUFFIX)) continue;
      const batch = decodeJson(BatchFile, await readFile(file, 'utf8'), 'verdict file');
      store.#files.set(batch.verdict.batch, batch);
    }
    // In the order in which they came, so that of two batches with the same receipt the same one stays the first.
    const listed = [...store.#files.values()].filter((file) => file.listed);
    for (const file of listed.sort((a, b) => a.listed!.order - b.listed!.order)) {
      store.#index(file, await store.#ids(file));
    }
    return store;
  }

  find(batch: string): BatchFile | undefined {
    return this.#files.get(batch);
  }

  /** Whether another batch of the producer held the receipt before. */
  seenElsewhere(producer: string, receipt: string, batch: string): boolean {
    const known = this.#producers.get(producer);
    const first = known?.index.find(Buffer.from(receipt, 'hex'));
    return first !== undefined && known!.batches[first] !== batch;
  }

  /** Keeps what a batch's list holds, and the sample of it. Resolves when both are safe on disk. */
  async list(file: Pick<BatchFile, 'producer' | 'verdict' | 'sample'>, receipts: Iterable<string>): Promise<void> {
    const ids = Buffer.concat([...new Set(receipts)].map((id) => Buffer.from(id, 'hex')));
    const listed = { receipts: ids.length / DIGEST_BYTES, order: this.#lists };
    await writeDurably(this.#file(file.verdict.batch, IDS), ids);
    await this.#write({ ...file, listed });
    this.#index({ ...file, listed }, ids);
  }

  /** Keeps a verdict. Resolves when it is safe on disk; only then is it known to {@link find}. */
  async decide(producer: string, verdict: Verdict): Promise<void> {
    await this.#write({ sample: [], ...this.#files.get(verdict.batch), producer, verdict });
  }

  async #write(file: BatchFile): Promise<void> {
    await writeDurably(this.#file(file.verdict.batch, SUFFIX), JSON.stringify(file));
    this.#files.set(file.verdict.batch, file);
  }

  #index({ producer, verdict, listed }: BatchFile, ids: Buffer): void {
    const known = this.#producers.get(producer) ?? { batches: [], index: new ReceiptIndex() };
    this.#producers.set(producer, known);
    known.index.add(ids, known.batches.push(verdict.batch) - 1);
    this.#lists = Math.max(this.#lists, listed!.order + 1);
  }

  async #ids({ verdict: { batch }, listed }: BatchFile): Promise<Buffer> {
    const file = this.#file(batch, IDS);
    const ids = await readFile(file).catch(() => undefined);
    if (ids?.length === listed!.receipts * DIGEST_BYTES) return ids;
    throw new LlmchainError(
      'invalid_argument',
      `${file} does not hold the receipts of ${batch}. Remove what is kept of that batch; it is verified again.`,
      { file, batch },
    );
  }

  #file(batch: string, suffix: string): string {
    return path.join(this.#folder, batch.replace('/', '.') + suffix);
  }
}
