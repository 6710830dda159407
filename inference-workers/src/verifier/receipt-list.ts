import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import {
  canonicalJson,
  leafHash,
  LlmchainError,
  receiptId,
  rootOfHashes,
  SignedReceipt,
  toHex,
  type Batch,
  type Receipt,
} from '@llmchain/protocol';
import { remove, temporary } from '../files/durable';
import { elementsOf } from '../files/json-elements';

/** Bytes that one receipt may have: far more than one of the longest answer has. */
const LARGEST = 1024 * 1024;

/** What receipts come to together. */
export class Totals {
  count = 0;
  promptTokens = 0;
  completionTokens = 0;
  amount = 0;
  /** What each session pays. */
  readonly drawn = new Map<string, number>();
  /** When the last order was issued that each worker answered, milliseconds since the Unix epoch. */
  readonly workers = new Map<string, number>();

  add({ worker, promptTokens, completionTokens, amount, ticket }: Receipt): void {
    const { session, issued } = ticket.body;
    this.count++;
    this.workers.set(worker, Math.max(this.workers.get(worker) ?? 0, issued));
    this.promptTokens += promptTokens;
    this.completionTokens += completionTokens;
    this.amount += amount;
    this.drawn.set(session, (this.drawn.get(session) ?? 0) + amount);
  }
}

/** A batch's receipts whose list fits its address and root. They are read one by one: a batch may hold more than memory should. */
export class ReceiptList {
  readonly ids: string[] = [];
  readonly totals = new Totals();
  /** Ids of the keys that signed receipts and tickets. */
  readonly signers = new Set<string>();

  private constructor(private readonly file: string) {}

  /**
   * Keeps a list in a file of `folder`, as long as it is needed.
   * @returns `undefined` when the content has another address
   */
  static async keep(
    content: AsyncIterable<Uint8Array>,
    batch: Batch,
    folder: string,
  ): Promise<ReceiptList | undefined> {
    const sha256 = batch.receipts.slice('sha256/'.length);
    const file = temporary(path.join(folder, `${batch.batch.replace('/', '.')}.receipts`));
    const handle = await kept(open(file, 'w', 0o600));
    const hash = createHash('sha256');
    let bytes = 0;
    let whole = false;
    try {
      for await (const chunk of content) {
        bytes += chunk.length;
        if (bytes > batch.count * LARGEST) break;
        hash.update(chunk);
        await kept(handle.write(chunk));
      }
      whole = hash.digest('hex') === sha256;
    } finally {
      await handle.close();
      if (!whole) await remove(file);
    }
    return whole ? new ReceiptList(file) : undefined;
  }

  /** Reads the list through. @returns whether it holds receipts alone, as many as the batch says, under its root */
  async fits(batch: Batch): Promise<boolean> {
    const leaves: Uint8Array[] = [];
    try {
      for await (const receipt of this) {
        leaves.push(leafHash(canonicalJson(receipt)));
        this.ids.push(receiptId(receipt.body));
        this.totals.add(receipt.body);
        this.signers.add(receipt.signer).add(receipt.body.ticket.signer);
        if (leaves.length > batch.count) return false;
      }
    } catch (error) {
      if (error instanceof SyntaxError) return false;
      throw error;
    }
    return leaves.length === batch.count && toHex(rootOfHashes(leaves)) === batch.root;
  }

  /** @throws {SyntaxError} when something in it is no receipt */
  async *[Symbol.asyncIterator](): AsyncGenerator<SignedReceipt> {
    for await (const text of elementsOf(createReadStream(this.file) as AsyncIterable<Buffer>, LARGEST)) {
      const receipt = SignedReceipt.safeParse(JSON.parse(text));
      if (!receipt.success) throw new SyntaxError('not a receipt');
      yield receipt.data;
    }
  }

  /** Removes the file. */
  async dispose(): Promise<void> {
    await remove(this.file);
  }
}

/** A disk that is full is not the producer's fault. @throws {LlmchainError} `internal` */
async function kept<T>(work: Promise<T>): Promise<T> {
  return work.catch((cause: unknown) => {
    throw new LlmchainError('internal', 'A list of receipts could not be kept. See to the disk.', {}, { cause });
  });
}
