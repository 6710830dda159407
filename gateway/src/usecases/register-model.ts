import { createHash } from 'node:crypto';
import {
  ancestorsOf,
  LlmchainError,
  ordinal,
  PLAIN_WEIGHT,
  type AccessPolicy,
  type Contribution,
  type DatasetItem,
  type DatasetRef,
  type Licence,
  type ModelEntry,
  type ModelFile,
  type ModelVersion,
  type RoyaltyTableRef,
  type Work,
} from '@llmchain/protocol';
import type { Actor } from '../ports/actor';
import type { Ledger, Ledgers } from '../ports/ledger';
import type { ObjectStore } from '../ports/object-store';
import { mapConcurrently } from './concurrency';
import { contentKey } from './content-key';
import { Memo } from './memo';
import { operationOf } from './operation';
import { keepTable, tableOf } from './royalty-tables';
import type { Place } from './transact';

/**
 * Registers a model version: checks that its files are in the member's bucket, works out from its datasets, and
 * those of the versions that it was made from, which artist has what share of its earnings, stores that table, and puts the version on the ledger.
 * One from outside has no datasets, and no table.
 */
export class RegisterModel {
  readonly #ports: { ledgers: Ledgers; store: ObjectStore };

  constructor(_options: object, ports: { ledgers: Ledgers; store: ObjectStore }) {
    this.#ports = ports;
  }

  /** @throws {LlmchainError} `not_found` | `digest_mismatch` with the file | what the ledger says */
  async run(
    actor: Actor,
    entry: Omit<ModelEntry, 'royalty'> & { access?: AccessPolicy | undefined },
    operationId?: string,
  ): Promise<ModelVersion & Place> {
    const ledger = await this.#ports.ledgers.as(actor);
    for (const file of entry.files) await this.#demandFile(file);
    const ancestors = await ancestorsOf(entry, (parent) => ledger.get('model', parent.model, ordinal(parent.version)));
    // Who trained on a dataset does not change what its works bring into the pool.
    const datasets = [entry, ...ancestors].flatMap((version) => version.datasets ?? []);
    const royalty = entry.external ? undefined : await this.#royalty(ledger, datasets);
    const { result, transaction, block } = await ledger.submit('models:register', {
      ...entry,
      ...(royalty ? { royalty } : {}),
      operationId: operationOf(operationId),
    });
    return { ...result, transaction, block };
  }

  async #demandFile(file: ModelFile): Promise<void> {
    const key = contentKey(file.sha256);
    const bytes = await this.#ports.store.size(key);
    const details = { path: file.path, sha256: file.sha256 };
    if (bytes === undefined) {
      throw new LlmchainError(
        'not_found',
        `The content of ${file.path} is not here. PUT it to /v1/content first.`,
        details,
      );
    }
    const hash = createHash('sha256');
    for await (const chunk of await this.#ports.store.stream(key)) hash.update(chunk as Buffer);
    if (bytes !== file.bytes || hash.digest('hex') !== file.sha256) {
      throw new LlmchainError(
        'digest_mismatch',
        `${file.path} in the bucket is not what its digest and size say. PUT it again.`,
        {
          ...details,
          bytes,
        },
      );
    }
  }

  async #royalty(ledger: Ledger, datasets: readonly DatasetRef[]): Promise<RoyaltyTableRef> {
    const items: DatasetItem[] = [];
    const distinct = new Map(datasets.map((each) => [`${each.dataset}@${each.version}`, each]));
    for (const { dataset, version } of distinct.values()) {
      await ledger.get('dataset-version', dataset, ordinal(version));
      for await (const page of ledger.list('dataset-page', dataset, ordinal(version))) items.push(...page.items);
    }
    const works = new Memo<Work>(60_000, items.length + 1);
    const licences = new Memo<Licence>(60_000, items.length + 1);
    const contributions = await mapConcurrently(items, 16, async (item): Promise<Contribution> => {
      const { licence: id } = item;
      const work = await works.get(item.work, () => ledger.get('work', item.work));
      const licence = id === undefined ? undefined : await licences.get(id, () => ledger.get('licence', id));
      return {
        shares: work.shares,
        tokens: item.tokens,
        weight: licence?.weight ?? PLAIN_WEIGHT,
      };
    });
    const { table, reference } = tableOf(contributions);
    await keepTable(this.#ports.store, table);
    return reference;
  }
}
