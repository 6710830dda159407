import type { BatchEntry } from '@llmchain/protocol';
import { demandInService } from '../rules/suspension';
import { demandWorkers } from '../rules/worker';
import type { State } from './state';

/** Those who sign receipts, as batches name them. */
export class Workers {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  /**
   * @param now proposal time, milliseconds since the Unix epoch
   * @returns the ids of those that a batch names
   * @throws {LlmchainError} as {@link demandWorkers} and {@link demandInService}
   */
  async named(producer: string, { workers }: Pick<BatchEntry, 'workers'>, now: number): Promise<string[]> {
    const ids = workers.map(({ worker }) => worker);
    const signers = [];
    for (const id of ids) signers.push(await this.#state.find('signer', id));
    demandWorkers(producer, ids, signers);
    for (const named of workers) demandInService(named, await this.#state.find('suspension', named.worker), now);
    return ids;
  }
}
