import { once, EventEmitter } from 'node:events';
import type { LedgerBlock } from '@llmchain/ledger-client';
import {
  canonicalJson,
  compositeKey,
  decode,
  LlmchainError,
  RECORDS,
  type RecordOf,
  type RecordType,
} from '@llmchain/protocol';
import type { Ledger } from '../../inference-workers/src/ledger/ledger';

export const CHAINCODE = 'llmchain';

/** A ledger in memory: records by key, and a block for every write. As one member sees it. */
export class MemoryLedger {
  readonly #records = new Map<string, unknown>();
  readonly #blocks: LedgerBlock[] = [];
  readonly #news = new EventEmitter().setMaxListeners(100);
  /** While false, every transaction is refused as on a channel without a founded consortium. */
  founded = true;

  put<T extends RecordType>(type: T, parts: readonly string[], record: RecordOf<T>, valid = true): void {
    const key = compositeKey(type, parts);
    const value = Buffer.from(canonicalJson(decode(RECORDS[type], record, type)));
    if (valid) this.#records.set(key, record);
    const number = this.#blocks.length;
    this.#blocks.push({
      number,
      transactions: [
        {
          index: 0,
          id: `tx-${number}`,
          valid,
          validationCode: valid ? 0 : 11,
          creator: '',
          timestamp: 0,
          function: '',
          endorsers: [],
          writes: [{ namespace: CHAINCODE, key, value }],
        },
      ],
    });
    this.#news.emit('block');
  }

  /** Every record by its key, for a ledger in another process. */
  get records(): [string, unknown][] {
    return [...this.#records];
  }

  static from(records: readonly [string, unknown][]): MemoryLedger {
    const ledger = new MemoryLedger();
    for (const [key, record] of records) ledger.#records.set(key, record);
    return ledger;
  }

  find<T extends RecordType>(type: T, ...parts: readonly string[]): RecordOf<T> | undefined {
    return this.#records.get(compositeKey(type, parts)) as RecordOf<T> | undefined;
  }

  /** The ledger in the name of a member. */
  as(member: string): Ledger {
    const records = this.#records;
    const blocks = this.#blocks;
    const news = this.#news;
    const submit = (name: string, request: { signer: string; worker: string; publicKey: string }): Promise<unknown> => {
      if (name === 'members:setWrappingKey') {
        const { worker, publicKey } = request;
        const key = { schema: 'wrapping-key/1' as const, member, worker, publicKey, state: 'active' as const };
        this.put('wrapping-key', [member, worker], { ...key, owner: { member }, createdTx: 't', updatedTx: 't' });
        return Promise.resolve({ result: {}, transaction: 'tx', block: blocks.length });
      }
      if (name !== 'members:registerSigner') return Promise.reject(new Error(`no ${name} here`));
      if (!this.founded) return Promise.reject(new LlmchainError('wrong_state', 'The consortium is not founded.'));
      const { signer, publicKey } = request;
      this.put('signer', [signer], { ...signerRecord(signer, 'worker', publicKey, member) });
      return Promise.resolve({ result: {}, transaction: 'tx', block: blocks.length });
    };
    return {
      find: (type: RecordType, ...parts: string[]) => Promise.resolve(this.find(type, ...parts)),
      async *list(type: RecordType) {
        await Promise.resolve();
        const prefix = compositeKey(type, []);
        for (const [key, record] of [...records].sort(([a], [b]) => (a < b ? -1 : 1))) {
          if (key.startsWith(prefix)) yield record;
        }
      },
      async *blocks(from: number, signal: AbortSignal) {
        for (let next = from; !signal.aborted;) {
          const block = blocks[next];
          if (block) {
            yield block;
            next++;
          } else await once(news, 'block', { signal }).catch(() => undefined);
        }
      },
      submit,
    } as unknown as Ledger;
  }
}

export function signerRecord(
  signer: string,
  kind: 'gateway' | 'worker',
  publicKey: string,
  member: string,
): RecordOf<'signer'> {
  return { schema: 'signer/1', signer, kind, publicKey, owner: { member }, createdTx: 't', updatedTx: 't' };
}
