import type { DataNode, DataNodeEntry } from '@llmchain/protocol';
import type { Ledgers } from '../ports/ledger';
import type { Log } from '../ports/log';
import { derivedOperation } from './operation';
import { untilRegistered } from './until-registered';

/** Registers the node whose shards this gateway keeps, unless there is one; what is said of it later is its operators' word. */
export class RegisterDataNode {
  readonly #options: { own: string; dataNode: Omit<DataNodeEntry, 'state'> };
  readonly #ports: { ledgers: Ledgers; log: Log };

  constructor(options: { own: string; dataNode: Omit<DataNodeEntry, 'state'> }, ports: { ledgers: Ledgers; log: Log }) {
    this.#options = options;
    this.#ports = ports;
  }

  /** Resolves when the node is registered, or on abort. */
  async run(signal: AbortSignal): Promise<void> {
    const { log } = this.#ports;
    const known = await untilRegistered('the data node', () => this.#register(), { log, signal });
    if (known) log.info({ node: known.node, state: known.state }, 'the data node is registered');
  }

  async #register(): Promise<DataNode> {
    const { own, dataNode } = this.#options;
    const { service } = this.#ports.ledgers;
    const known = await service.find('data-node', own, dataNode.node);
    if (known) return known;
    const operationId = derivedOperation('register-data-node', own, dataNode.node);
    return (await service.submit('datasets:registerNode', { operationId, ...dataNode, state: 'active' })).result;
  }
}
