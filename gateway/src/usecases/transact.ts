import {
  TRANSACTIONS,
  type QueryName,
  type RecordOf,
  type RecordType,
  type RequestOf,
  type ResultOf,
  type SubmitName,
} from '@llmchain/protocol';
import type { Actor } from '../ports/actor';
import type { Ledgers } from '../ports/ledger';
import { operationOf } from './operation';

type WithoutOperation<T> = T extends unknown ? Omit<T, 'operationId'> : never;

/** Where a change was committed. */
export interface Place {
  transaction: string;
  block: number;
}

/** Changes and reads of single records, in the name of whoever calls. */
export class Transact {
  readonly #ledgers: Ledgers;

  constructor(_options: object, ports: { ledgers: Ledgers }) {
    this.#ledgers = ports.ledgers;
  }

  /**
   * @param operationId from a caller that may repeat itself; a transaction that is idempotent by its record's state has none
   * @returns the changed record and where it was committed
   */
  async submit<N extends SubmitName>(
    actor: Actor,
    name: N,
    request: WithoutOperation<RequestOf<N>>,
    operationId?: string,
  ): Promise<ResultOf<N> & Place> {
    const ledger = await this.#ledgers.as(actor);
    const repeatable = 'operationId' in TRANSACTIONS[name].request.shape;
    const full = repeatable ? { ...request, operationId: operationOf(operationId) } : request;
    const { result, transaction, block } = await ledger.submit(name, full as unknown as RequestOf<N>);
    return { ...result, transaction, block };
  }

  /** @throws {LlmchainError} `not_found` */
  read<T extends RecordType>(type: T, ...parts: readonly string[]): Promise<RecordOf<T>> {
    return this.#ledgers.service.get(type, ...parts);
  }

  /** Asks the member's own peer. */
  ask<N extends QueryName>(name: N, request: RequestOf<N>): Promise<ResultOf<N>> {
    return this.#ledgers.service.query(name, request);
  }
}
