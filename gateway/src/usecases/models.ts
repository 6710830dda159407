import { LlmchainError, ordinal, type ModelVersion } from '@llmchain/protocol';
import type { Ledgers } from '../ports/ledger';
import type { Lineage } from '../ports/lineage';
import { collect } from './concurrency';
import { Memo } from './memo';

/** A model version and when it was registered, in seconds since the Unix epoch, once the index knows. */
export interface ListedModel {
  model: ModelVersion;
  created: number | undefined;
}

/** How long what the ledger said of models is believed, milliseconds. */
const BELIEF = 2_000;

/** The model versions of the consortium. */
export class Models {
  readonly #ports: { ledgers: Ledgers; lineage: Lineage };
  readonly #lists = new Memo<ModelVersion[]>(BELIEF);

  constructor(_options: object, ports: { ledgers: Ledgers; lineage: Lineage }) {
    this.#ports = ports;
  }

  /** Every version, in the order of names and versions. */
  all(): Promise<ModelVersion[]> {
    return this.#list();
  }

  async list(): Promise<ListedModel[]> {
    return Promise.all(
      (await this.#list()).map(async (model) => {
        const transaction = await this.#ports.lineage.transaction(model.createdTx);
        return { model, created: transaction && Math.floor(transaction.time / 1000) };
      }),
    );
  }

  /**
   * What a caller means by `poet` (the latest approved version) or `poet@1`. A no is never answered from memory.
   * @throws {LlmchainError} `not_found` | `wrong_state` when the version is not approved
   */
  async resolve(name: string): Promise<ModelVersion> {
    const parts = /^([a-z0-9][a-z0-9._-]{0,63})(?:@([1-9]\d{0,6}))?$/.exec(name);
    const id = parts?.[1];
    if (id === undefined) throw unknown(name);
    const version = parts?.[2] === undefined ? undefined : Number(parts[2]);
    const remembered = latestApproved(await this.#list(id), version);
    if (remembered) return remembered;
    this.#lists.forget(id);
    const versions = await this.#list(id);
    const found = latestApproved(versions, version);
    if (found) return found;
    if (!versions.some((model) => version === undefined || model.version === version)) throw unknown(name);
    throw new LlmchainError(
      'wrong_state',
      `Model "${name}" is not approved yet; a majority of members has to approve it.`,
      { model: name },
    );
  }

  /** @throws {LlmchainError} `not_found` */
  get(model: string, version: number): Promise<ModelVersion> {
    return this.#ports.ledgers.service.get('model', model, ordinal(version));
  }

  #list(...parts: string[]): Promise<ModelVersion[]> {
    return this.#lists.get(parts.join('/'), () => collect(this.#ports.ledgers.service.list('model', ...parts)));
  }
}

function unknown(name: string): LlmchainError {
  return new LlmchainError('not_found', `There is no model "${name}". GET /v1/models lists them.`, { model: name });
}

function latestApproved(versions: readonly ModelVersion[], wanted: number | undefined): ModelVersion | undefined {
  return versions
    .filter(({ state, version }) => state === 'approved' && (wanted === undefined || version === wanted))
    .sort((a, b) => b.version - a.version)[0];
}
