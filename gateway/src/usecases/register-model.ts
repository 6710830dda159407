import { createHash } from 'node:crypto';
import {
  ancestorsOf,
  LlmchainError,
  ordinal,
  sealedSize,
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
import type { ModelVault } from '../ports/model-vault';
import type { ObjectStore, Spool } from '../ports/object-store';
import { mapConcurrently } from './concurrency';
import { CONTENT_LIMIT } from './content';
import { contentKey } from './content-key';
import { Memo } from './memo';
import { operationOf } from './operation';
import { keepTable, tableOf } from './royalty-tables';
import type { Place } from './transact';

interface Ports {
  ledgers: Ledgers;
  store: ObjectStore;
  spool: Spool;
  vault: ModelVault;
}

/**
 * Registers a model version: checks that its files are in the member's bucket, works out from its datasets, and
 * those of the versions that it was made from, which artist has what share of its earnings, stores that table, and puts the version on the ledger.
 * One from outside has no datasets, and no table. Files that are to be sealed are put into the bucket as members get them.
 */
export class RegisterModel {
  readonly #ports: Ports;

  constructor(_options: object, ports: Ports) {
    this.#ports = ports;
  }

  /** @throws {LlmchainError} `not_found` | `digest_mismatch` with the file | what the ledger says */
  async run(
    actor: Actor,
    { seal, ...entry }: Omit<ModelEntry, 'royalty'> & { access?: AccessPolicy | undefined; seal?: boolean | undefined },
    operationId?: string,
  ): Promise<ModelVersion & Place> {
    const ledger = await this.#ports.ledgers.as(actor);
    for (const file of entry.files) await this.#demandFile(file);
    const ancestors = await ancestorsOf(entry, (parent) => ledger.get('model', parent.model, ordinal(parent.version)));
    // Who trained on a dataset does not change what its works bring into the pool.
    const datasets = [entry, ...ancestors].flatMap((version) => version.datasets ?? []);
    const files = seal ? await this.#sealed(entry) : entry.files;
    const royalty = entry.external ? undefined : await this.#royalty(ledger, datasets);
    const { result, transaction, block } = await ledger.submit('models:register', {
      ...entry,
      files,
      ...(royalty ? { royalty } : {}),
      operationId: operationOf(operationId),
    });
    return { ...result, transaction, block };
  }

  /** Puts each file sealed into the bucket, beside the one in the member's own keeping. */
  async #sealed(entry: Pick<ModelEntry, 'model' | 'version' | 'files'>): Promise<ModelFile[]> {
    const { store, spool, vault } = this.#ports;
    const sealing = await vault.sealing(entry);
    const files: ModelFile[] = [];
    for (const file of entry.files) {
      const sealed = sealing(file.sha256, await store.stream(contentKey(file.sha256)));
      const spooled = await spool.take(sealed, sealedSize(CONTENT_LIMIT));
      try {
        await store.putStream(contentKey(spooled.digest), spooled.open(), spooled.bytes);
        files.push({ ...file, sealed: { sha256: spooled.digest, bytes: spooled.bytes } });
      } finally {
        await spooled.dispose();
      }
    }
    return files;
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
