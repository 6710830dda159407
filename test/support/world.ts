import { randomUUID } from 'node:crypto';
import {
  canonicalJson,
  LlmchainError,
  parseError,
  splitCompositeKey,
  compositeKey,
  type RequestOf,
  type ResultOf,
  type TransactionName,
} from '@llmchain/protocol';
import { contracts } from '../../chaincode/src';
import { Dispatcher } from '../../chaincode/src/dispatcher';
import type { ChaincodeStub } from 'fabric-shim';
import type { TestIdentity } from './identities';

/** A transaction that was endorsed and is not committed yet. */
export interface Endorsed {
  /** What it read: values by key. */
  reads: ReadonlyMap<string, Uint8Array | undefined>;
  writes: ReadonlyMap<string, Uint8Array | null>;
  policies: ReadonlyMap<string, Uint8Array>;
  result: unknown;
}

interface Call {
  as: TestIdentity;
  /** MSP id of the peer that endorses. */
  endorser?: string;
  at?: number;
}

/**
 * One peer's world state in memory. Each call runs the real chaincode through fabric-shim's dispatcher; writes are
 * applied only when it succeeds, and are not seen by the transaction that makes them, as in Fabric.
 */
export class World {
  readonly state = new Map<string, Uint8Array>();
  readonly policies = new Map<string, Uint8Array>();
  readonly #dispatcher = new Dispatcher({ contracts });

  /** @throws {LlmchainError} what the chaincode threw */
  async submit<N extends TransactionName>(name: N, request: RequestOf<N>, call: Call): Promise<ResultOf<N>> {
    return this.raw(name, [canonicalJson(request)], call) as Promise<ResultOf<N>>;
  }

  /** As `submit`, with any arguments: what a client of another make might send. */
  async raw(name: string, args: readonly string[], call: Call): Promise<unknown> {
    return this.commit(await this.#simulate(name, args, call));
  }

  /** Endorses a transaction as the world is now; nothing is written. @throws {LlmchainError} what the chaincode threw */
  endorse<N extends TransactionName>(name: N, request: RequestOf<N>, call: Call): Promise<Endorsed> {
    return this.#simulate(name, [canonicalJson(request)], call);
  }

  /** Commits a transaction, as a peer does. @throws {LlmchainError} `conflict` when what it read was written since */
  commit({ reads, writes, policies, result }: Endorsed): unknown {
    for (const [key, value] of reads) {
      if (this.state.get(key) !== value) throw new LlmchainError('conflict', 'What the transaction read was written.');
    }
    for (const [key, value] of writes) {
      if (value) this.state.set(key, value);
      else this.state.delete(key);
    }
    for (const [key, policy] of policies) this.policies.set(key, policy);
    return result;
  }

  async #simulate(
    name: string,
    args: readonly string[],
    { as, endorser = as.mspId, at = Date.now() }: Call,
  ): Promise<Endorsed> {
    const reads = new Map<string, Uint8Array | undefined>();
    const writes = new Map<string, Uint8Array | null>();
    const policies = new Map<string, Uint8Array>();
    const stub = this.#stub({ name, args, as, endorser, at, reads, writes, policies });
    const response = await this.#dispatcher.Invoke(stub as ChaincodeStub);
    const { status, message = '', payload = new Uint8Array() } = response;
    if (status !== 200) throw parseError(message) ?? new LlmchainError('internal', message);
    return { reads, writes, policies, result: JSON.parse(Buffer.from(payload).toString('utf8')) as unknown };
  }

  #stub(tx: {
    name: string;
    args: readonly string[];
    as: TestIdentity;
    endorser: string;
    at: number;
    reads: Map<string, Uint8Array | undefined>;
    writes: Map<string, Uint8Array | null>;
    policies: Map<string, Uint8Array>;
  }): object {
    const id = randomUUID();
    const { state } = this;
    const under = (type: string, parts: string[]): { key: string; value: Uint8Array }[] => {
      const prefix = compositeKey(type, parts);
      return [...state]
        .filter(([key]) => key.startsWith(prefix))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, value]) => ({ key, value }));
    };
    const seen = <T extends { key: string; value: Uint8Array }>(found: T): T => {
      tx.reads.set(found.key, found.value);
      return found;
    };
    const iterate = (entries: { key: string; value: Uint8Array }[]): object => {
      let at = 0;
      return {
        next: () =>
          Promise.resolve(at < entries.length ? { done: false, value: seen(entries[at++]!) } : { done: true }),
        close: () => Promise.resolve(),
      };
    };
    return {
      getBufferArgs: () => [tx.name, ...tx.args].map((arg) => Buffer.from(arg)),
      getFunctionAndParameters: () => ({ fcn: tx.name, params: tx.args }),
      getTxID: () => id,
      getChannelID: () => 'llmchain',
      getMspID: () => tx.endorser,
      getDateTimestamp: () => new Date(tx.at),
      getCreator: () => ({ mspid: tx.as.mspId, idBytes: Buffer.from(tx.as.certificate) }),
      getState: (key: string) => {
        tx.reads.set(key, state.get(key));
        return Promise.resolve(state.get(key) ?? new Uint8Array());
      },
      putState: (key: string, value: Uint8Array) => Promise.resolve(void tx.writes.set(key, value)),
      deleteState: (key: string) => Promise.resolve(void tx.writes.set(key, null)),
      setStateValidationParameter: (key: string, policy: Uint8Array) =>
        Promise.resolve(void tx.policies.set(key, policy)),
      getStateByPartialCompositeKey: (type: string, parts: string[]) => Promise.resolve(iterate(under(type, parts))),
      getStateByPartialCompositeKeyWithPagination: (type: string, parts: string[], limit: number, after = '') => {
        const rest = under(type, parts).filter(({ key }) => key >= after);
        return Promise.resolve({
          iterator: iterate(rest.slice(0, limit)),
          metadata: { fetchedRecordsCount: Math.min(limit, rest.length), bookmark: rest[limit]?.key ?? '' },
        });
      },
    };
  }

  /** Types of the records that are protected by a key-level policy. */
  protectedTypes(): string[] {
    return [...new Set([...this.policies.keys()].map((key) => splitCompositeKey(key)?.type ?? ''))].sort();
  }
}
