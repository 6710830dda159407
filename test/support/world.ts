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
    const { result, writes, policies } = await this.#simulate(name, args, call);
    for (const [key, value] of writes) {
      if (value) this.state.set(key, value);
      else this.state.delete(key);
    }
    for (const [key, policy] of policies) this.policies.set(key, policy);
    return result;
  }

  /** Whether a peer endorses: as `submit`, of which nothing is written. @throws {LlmchainError} what the chaincode threw */
  async endorse<N extends TransactionName>(name: N, request: RequestOf<N>, call: Call): Promise<void> {
    await this.#simulate(name, [canonicalJson(request)], call);
  }

  async #simulate(
    name: string,
    args: readonly string[],
    { as, endorser = as.mspId, at = Date.now() }: Call,
  ): Promise<{ result: unknown; writes: Map<string, Uint8Array | null>; policies: Map<string, Uint8Array> }> {
    const writes = new Map<string, Uint8Array | null>();
    const policies = new Map<string, Uint8Array>();
    const stub = this.#stub({ name, args, as, endorser, at, writes, policies });
    const response = await this.#dispatcher.Invoke(stub as ChaincodeStub);
    const { status, message = '', payload = new Uint8Array() } = response;
    if (status !== 200) throw parseError(message) ?? new LlmchainError('internal', message);
    return { result: JSON.parse(Buffer.from(payload).toString('utf8')), writes, policies };
  }

  #stub(tx: {
    name: string;
    args: readonly string[];
    as: TestIdentity;
    endorser: string;
    at: number;
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
    const iterate = (entries: { key: string; value: Uint8Array }[]): object => {
      let at = 0;
      return {
        next: () => Promise.resolve(at < entries.length ? { done: false, value: entries[at++] } : { done: true }),
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
      getState: (key: string) => Promise.resolve(state.get(key) ?? new Uint8Array()),
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
