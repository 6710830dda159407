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
    const bytes = await this.#stub.getState(compositeKey(type, parts));
    if (bytes.length === 0) return undefined;
    return decodeJson(RECORDS[type], Buffer.from(bytes).toString('utf8'), `${type} record`) as RecordOf<T>;
  }

  /** @throws {LlmchainError} `not_found` */
  async get<T extends RecordType>(type: T, ...parts: readonly string[]): Promise<RecordOf<T>> {
    const record = await this.find(type, ...parts);
    if (record) return record;
    throw new LlmchainError('not_found', `There is no ${type} "${parts.join('/')}" on the ledger. Check its id.`, {
      type,
      id: parts.join('/'),
    });
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

/** Each type's schema tag, read from the schema itself. */
const SCHEMAS = Object.fromEntries(
  Object.entries(RECORDS).map(([type, schema]) => [type, schema.shape.schema.value]),
) as Readonly<Record<RecordType, string>>;
