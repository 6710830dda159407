import {
  LlmchainError,
  type Account,
  type Contribution,
  type DatasetRef,
  type Reward,
  type RewardClaim,
} from '@llmchain/protocol';
import type { Actor } from '../ports/actor';
import type { IndexRecords } from '../ports/index-records';
import type { Ledgers } from '../ports/ledger';
import type { ObjectStore } from '../ports/object-store';
import { DatasetItems, MOST_ITEMS } from './dataset-items';
import { derivedOperation, operationOf } from './operation';
import { keepTable, placeIn, tableOf, type RoyaltyPlace, type RoyaltyTables } from './royalty-tables';
import type { Place } from './transact';
import { worksOf } from './works';

export interface RewardOrder extends DatasetRef {
  reward: string;
  /** The member's own treasury when left out. */
  payer?: Account | undefined;
  /** Micro-credits. */
  amount: number;
  /** Milliseconds since the Unix epoch. */
  until: number;
}

interface Ports {
  ledgers: Ledgers;
  store: ObjectStore;
  index: IndexRecords;
  tables: RoyaltyTables;
}

/** Rewards of those whose works a dataset version holds: set aside by whoever wants to, collected by each of them. */
export class RewardContributors {
  readonly #options: { own: string };
  readonly #ports: Ports;
  readonly #items: DatasetItems;

  constructor(options: { own: string }, ports: Ports) {
    this.#options = options;
    this.#ports = ports;
    this.#items = new DatasetItems({}, ports);
  }

  /** @throws {LlmchainError} `not_found` for the version | `insufficient_credits` | what the ledger says */
  async fund(actor: Actor, order: RewardOrder, operationId?: string): Promise<Reward & Place> {
    const { payer = this.#accountOf(actor), ...rest } = order;
    const { table, reference } = tableOf(await this.#contributions(order));
    await keepTable(this.#ports.store, table);
    const ledger = await this.#ports.ledgers.as(actor);
    const { result, transaction, block } = await ledger.submit('credits:fundReward', {
      operationId: operationOf(operationId),
      ...rest,
      payer,
      table: reference,
    });
    return { ...result, transaction, block };
  }

  /** @throws {LlmchainError} `not_found` for a payee that the reward owes nothing | `wrong_state` for one that had its part */
  async claim(
    actor: Actor,
    { reward: id, payee = this.#accountOf(actor) }: { reward: string; payee?: Account | undefined },
    operationId?: string,
  ): Promise<RewardClaim & Place> {
    const ledger = await this.#ports.ledgers.as(actor);
    const reward = await ledger.get('reward', id);
    const place =
      (await this.#known(reward, payee)) ?? (await this.#ports.tables.place(reward.table, payee, reward.owner.member));
    if (!place)
      throw new LlmchainError('not_found', `${reward.dataset}@${reward.version} holds no works of ${payee}.`, {
        payee,
      });
    const { result, transaction, block } = await ledger.submit('credits:claimReward', {
      operationId: operationId ?? derivedOperation('reward', id, payee),
      reward: id,
      payee,
      ...place,
    });
    return { ...result, transaction, block };
  }

  /** Where a payee stands, worked out from the ledger as it is now: unless shares have been sold since, that is the table. */
  async #known(reward: Reward, payee: Account): Promise<RoyaltyPlace | undefined> {
    const { table, reference } = tableOf(await this.#contributions(reward));
    return reference.root === reward.table.root ? placeIn(table, payee) : undefined;
  }

  async #contributions({ dataset, version }: DatasetRef): Promise<Contribution[]> {
    const items = await this.#items.all(dataset, version, MOST_ITEMS);
    const works = await worksOf(
      this.#ports,
      items.map(({ work }) => work),
    );
    return items.map(({ work: id, tokens }) => {
      const work = works.get(id);
      if (work) return { shares: work.shares, tokens, weight: 1 };
      throw new LlmchainError('not_found', `There is no work ${id} on the ledger.`, { work: id });
    });
  }

  #accountOf({ role, name }: Actor): Account {
    const { own } = this.#options;
    return role === 'artist' ? `artist:${own}:${name}` : `member:${own}`;
  }
}
