import {
  canonicalJson,
  compositeKey,
  decodeJson,
  LlmchainError,
  RECORDS,
  type RecordOf,
  type RecordType,
} from '@llmchain/protocol';
import type { ChaincodeStub } from 'fabric-shim';
import { getStates } from './many';

type Stamps = 'createdTx' | 'updatedTx' | 'schema';
/** A record before it is written: the state adds its schema and the ids of the transactions. */
export type Draft<T extends RecordType> = Omit<RecordOf<T>, Stamps>;

/**
 * The world state, typed: canonical JSON under composite keys. As in Fabric, a transaction does not read its own writes.
 */
export class State {
  readonly #stub: ChaincodeStub;

  constructor(stub: ChaincodeStub) {
    this.#stub = stub;
  }

  async find<T extends RecordType>(type: T, ...parts: readonly string[]): Promise<RecordOf<T> | undefined> {
    return read(type, await this.#stub.getState(compositeKey(type, parts)));
  }

  /** Records of one type by their keys, in that order, in a few messages to the peer however many they are. */
  async findMany<T extends RecordType>(
    type: T,
    keys: readonly (readonly string[])[],
  ): Promise<(RecordOf<T> | undefined)[]> {
    const values = await getStates(
      this.#stub,
      keys.map((parts) => compositeKey(type, parts)),
    );
    return values.map((bytes) => read(type, bytes));
  }

  /** @throws {LlmchainError} `not_found` */
  async get<T extends RecordType>(type: T, ...parts: readonly string[]): Promise<RecordOf<T>> {
    return demand(type, parts, await this.find(type, ...parts));
  }

  /** As {@link findMany}. @throws {LlmchainError} `not_found` with the first that is not there */
  async getMany<T extends RecordType>(type: T, keys: readonly (readonly string[])[]): Promise<RecordOf<T>[]> {
    const records = await this.findMany(type, keys);
    return keys.map((parts, index) => demand(type, parts, records[index]));
  }

  /** Records whose key begins with these parts, in the order of their keys; none of that kind may come in between (phantom reads). */
  async under<T extends RecordType>(type: T, ...parts: string[]): Promise<RecordOf<T>[]> {
    const iterator = await this.#stub.getStateByPartialCompositeKey(type, parts);
    const records: RecordOf<T>[] = [];
    try {
      for (let step = await iterator.next(); !step.done; step = await iterator.next())
        records.push(read(type, step.value.value)!);
    } finally {
      await iterator.close();
    }
    return records;
  }

  /** That nobody has taken an id yet. @throws {LlmchainError} `conflict` */
  async demandNew(type: RecordType, id: string): Promise<void> {
    if (!(await this.find(type, id))) return;
    throw new LlmchainError('conflict', `There is a ${type} ${id} already. Choose another id.`, { [type]: id });
  }

  /** Writes a record that has no predecessor. */
  async create<T extends RecordType>(type: T, parts: readonly string[], draft: Draft<T>): Promise<RecordOf<T>> {
    const transaction = this.#stub.getTxID();
    return this.#put(type, parts, { ...draft, schema: SCHEMAS[type], createdTx: transaction, updatedTx: transaction });
  }

  /** Writes the successor of a record that was read. */
  async update<T extends RecordType>(type: T, parts: readonly string[], record: RecordOf<T>): Promise<RecordOf<T>> {
    return this.#put(type, parts, { ...(record as object), updatedTx: this.#stub.getTxID() });
  }

  async remove(type: RecordType, ...parts: readonly string[]): Promise<void> {
    await this.#stub.deleteState(compositeKey(type, parts));
  }

  /** From now on only these endorsements change the record (key-level endorsement policy). */
  async protect(type: RecordType, parts: readonly string[], policy: Uint8Array): Promise<void> {
    await this.#stub.setStateValidationParameter(compositeKey(type, parts), policy);
  }

  async #put<T extends RecordType>(type: T, parts: readonly string[], record: object): Promise<RecordOf<T>> {
    const text = canonicalJson(record);
    await this.#stub.putState(compositeKey(type, parts), Buffer.from(text, 'utf8'));
    return JSON.parse(text) as RecordOf<T>;
  }
}

function read<T extends RecordType>(type: T, bytes: Uint8Array): RecordOf<T> | undefined {
  if (bytes.length === 0) return undefined;
  return decodeJson(RECORDS[type], Buffer.from(bytes).toString('utf8'), `${type} record`) as RecordOf<T>;
}

function demand<T extends RecordType>(type: T, parts: readonly string[], record: RecordOf<T> | undefined): RecordOf<T> {
  if (record) return record;
  throw new LlmchainError('not_found', `There is no ${type} "${parts.join('/')}" on the ledger. Check its id.`, {
    type,
    id: parts.join('/'),
  });
}

/** Each type's schema tag, read from the schema itself. */
const SCHEMAS = Object.fromEntries(
  Object.entries(RECORDS).map(([type, schema]) => [type, schema.shape.schema.value]),
) as Readonly<Record<RecordType, string>>;
