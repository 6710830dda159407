import { compositeKey, decode, LlmchainError, RECORDS, type RecordOf, type RecordType } from '@llmchain/protocol';
import type { Ledgers } from '../ports/ledger';

export interface Page<T> {
  data: T[];
  /** Where the next page begins; left out on the last. */
  after?: string;
}

export interface PageOrder<T> {
  /** Most records of the page. */
  limit: number;
  /** From the page before. */
  after?: string | undefined;
  /** Which records are wanted. */
  keep?: (record: T) => boolean;
}

/** Pages of the ledger that one answer reads at most when few of their records are wanted. */
const PAGES_READ = 10;

/** Records of one type by the beginning of their key, page by page, in the order of their keys. */
export class ListRecords {
  readonly #ledgers: Ledgers;

  constructor(_options: object, ports: { ledgers: Ledgers }) {
    this.#ledgers = ports.ledgers;
  }

  /**
   * A page may hold fewer records than asked for, even none, when there are more: go on while `after` is given.
   * @throws {LlmchainError} `invalid_argument` for a cursor of another list
   */
  async run<T extends RecordType>(
    type: T,
    parts: readonly string[],
    { limit, after, keep = () => true }: PageOrder<RecordOf<T>>,
  ): Promise<Page<RecordOf<T>>> {
    const prefix = compositeKey(type, parts);
    let cursor = after === undefined ? undefined : positionOf(after, prefix);
    for (let read = 1; ; read++) {
      const page = await this.#ledgers.service.query('ledger:list', {
        type,
        parts: [...parts],
        limit,
        ...(cursor === undefined ? {} : { after: cursor }),
      });
      const data = page.records.map((record) => decode(RECORDS[type], record, 'record') as RecordOf<T>).filter(keep);
      cursor = page.after;
      if (cursor === undefined) return { data };
      if (data.length > 0 || read === PAGES_READ) {
        return { data, after: Buffer.from(cursor, 'utf8').toString('base64url') };
      }
    }
  }
}

function positionOf(after: string, prefix: string): string {
  const key = Buffer.from(after, 'base64url').toString('utf8');
  if (key.startsWith(prefix)) return key;
  throw new LlmchainError(
    'invalid_argument',
    'This cursor is of another list. Send back "after" as the last page gave it.',
    {
      issues: [{ pointer: '/after', message: 'must come from the page before' }],
    },
  );
}
