import { decode, RECORDS, splitCompositeKey, type RecordOf, type RecordType } from '@llmchain/protocol';
import type { World } from './world';

/** Records by the bytes that hold them: most are the same from one step of a test to the next. */
const DECODED = new WeakMap<Uint8Array, unknown>();

/** Every micro-credit of a world state, by where it lies. */
export class Books {
  readonly #records = new Map<RecordType, { parts: readonly string[]; record: unknown }[]>();

  constructor({ state }: World) {
    for (const [key, value] of state) {
      const { type, parts } = splitCompositeKey(key)!;
      const record: unknown =
        DECODED.get(value) ?? decode(RECORDS[type as RecordType], JSON.parse(Buffer.from(value).toString('utf8')));
      DECODED.set(value, record);
      const all = this.#records.get(type as RecordType);
      if (all) all.push({ parts, record });
      else this.#records.set(type as RecordType, [{ parts, record }]);
    }
  }

  all<T extends RecordType>(type: T): { parts: readonly string[]; record: RecordOf<T> }[] {
    return (this.#records.get(type) ?? []) as { parts: readonly string[]; record: RecordOf<T> }[];
  }

  sum<T extends RecordType>(type: T, amount: (record: RecordOf<T>) => number): number {
    return this.all(type).reduce((total, { record }) => total + amount(record), 0);
  }

  get spent(): number {
    return this.sum('debit', ({ state, amount }) => (state === 'spent' ? amount : 0));
  }

  /** What accepted batches owe, claimed or not. */
  get settled(): number {
    return this.sum('settlement', ({ state, parts, pool }) =>
      state === 'released' ? parts.reduce((total, part) => total + part.amount, pool) : 0,
    );
  }

  /** All the money that there is. */
  get total(): number {
    const accounts = this.sum('balance', ({ amount }) => amount) + this.sum('delta', ({ amount }) => amount);
    const sessions = this.sum('session', ({ escrow }) => escrow) - this.spent;
    const escrows = this.sum('escrow', ({ state, amount }) => (state === 'held' ? amount : 0));
    const unclaimed = this.settled - this.sum('cursor', ({ claimed }) => claimed);
    const rewards =
      this.sum('reward', ({ state, amount, returned = 0 }) => (state === 'open' ? amount : amount - returned)) -
      this.sum('reward-claim', ({ amount }) => amount);
    const stakes = this.sum('stake', ({ amount }) => amount);
    return accounts + sessions + escrows + unclaimed + rewards + stakes;
  }

  /** What a session's batches have drawn of it and not given back. */
  drawn(session: string): number {
    const back = new Set(this.all('reclaim').map(({ parts }) => parts.join('/')));
    return this.all('debit').reduce(
      (total, { parts, record }) =>
        record.session === session && !back.has(parts.join('/')) ? total + record.amount : total,
      0,
    );
  }
}
