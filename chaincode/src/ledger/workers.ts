import type { BatchEntry } from '@llmchain/protocol';
import { demandWorkers } from '../rules/worker';
import type { State } from './state';

/** Those who sign receipts, as batches name them. */
export class Workers {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  /** @returns the ids of those that a batch names @throws {LlmchainError} as {@link demandWorkers} */
  async named(producer: string, { workers }: Pick<BatchEntry, 'workers'>): Promise<string[]> {
    const ids = workers.map(({ worker }) => worker);
    const signers = [];
    for (const id of ids) signers.push(await this.#state.find('signer', id));
    demandWorkers(producer, ids, signers);
    return ids;
  }
}
