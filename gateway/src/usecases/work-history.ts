import { LlmchainError, type Sale, type Work } from '@llmchain/protocol';
import type { IndexRecords } from '../ports/index-records';

/** One value of a work's record, and the transaction that gave it. */
export interface WorkVersion {
  block: number;
  transaction: string;
  time: number;
  function: string;
  creator: string;
  record: Work;
}

/** Who owned a work and when, what it allowed, and every sale of it. */
export class WorkHistory {
  readonly #index: IndexRecords;

  constructor(_options: object, ports: { index: IndexRecords }) {
    this.#index = ports.index;
  }

  /** @throws {LlmchainError} `not_found` */
  async run(work: string): Promise<{ versions: WorkVersion[]; sales: Sale[] }> {
    const { records } = this.#index;
    const [versions, sales] = await Promise.all([records.history('work', [work]), records.salesOf(work)]);
    // Works are never deleted, and the index keeps them as the chaincode wrote them.
    if (versions.length > 0) return { versions: versions as unknown as WorkVersion[], sales };
    throw new LlmchainError('not_found', `There is no work ${work}. Check the digest.`, { work });
  }
}
