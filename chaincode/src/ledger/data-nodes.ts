import type { DataNode, DataNodeEntry, DataNodeRef } from '@llmchain/protocol';
import { demandCapacity } from '../rules/shard';
import type { State } from './state';

/** Bytes more, or fewer, that are placed on a node. */
export interface Change extends DataNodeRef {
  bytes: number;
}

/** The nodes on which members keep shards, and how much is placed on each. */
export class DataNodes {
  readonly #state: State;

  constructor({ state }: { state: State }) {
    this.#state = state;
  }

  /** @throws {LlmchainError} `wrong_state` for less capacity than what is placed on it takes */
  async register(entry: DataNodeEntry, member: string): Promise<DataNode> {
    const key = [member, entry.node];
    const before = await this.#state.find('data-node', ...key);
    if (!before) return this.#state.create('data-node', key, { ...entry, member, placed: 0, owner: { member } });
    demandCapacity(entry, before.placed);
    return this.#state.update('data-node', key, { ...before, ...entry });
  }

  /** All nodes of these members. No other of theirs may be registered at the same moment (phantom reads). */
  async of(members: readonly string[]): Promise<DataNode[]> {
    const nodes: DataNode[] = [];
    for (const member of members) nodes.push(...(await this.#state.under('data-node', member)));
    return nodes;
  }

  /** Writes what is placed on each node after these changes. @param known nodes as they were read */
  async place(changes: readonly Change[], known: readonly DataNode[]): Promise<void> {
    const sums = new Map<string, Change>();
    for (const change of changes) {
      const id = `${change.member}/${change.node}`;
      sums.set(id, { ...change, bytes: (sums.get(id)?.bytes ?? 0) + change.bytes });
    }
    for (const { member, node, bytes } of sums.values()) {
      if (bytes === 0) continue;
      const before =
        known.find((each) => each.member === member && each.node === node) ??
        (await this.#state.get('data-node', member, node));
      await this.#state.update('data-node', [member, node], { ...before, placed: before.placed + bytes });
    }
  }
}
