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
   * What a caller means by `poet` (the latest approved version) or `poet@1`.
   * @throws {LlmchainError} `not_found` | `wrong_state` when the version is not approved
   */
  async resolve(name: string): Promise<ModelVersion> {
    const parts = /^([a-z0-9][a-z0-9._-]{0,63})(?:@([1-9]\d{0,6}))?$/.exec(name);
    const id = parts?.[1];
    const versions = id === undefined ? [] : await this.#list(id);
    const wanted = parts?.[2] === undefined ? undefined : Number(parts[2]);
    const candidates = wanted === undefined ? versions : versions.filter((model) => model.version === wanted);
    if (candidates.length === 0) {
      throw new LlmchainError('not_found', `There is no model "${name}". GET /v1/models lists them.`, { model: name });
    }
    const approved = candidates.filter((model) => model.state === 'approved');
    const latest = approved.reduce<ModelVersion | undefined>(
      (best, model) => (best && best.version > model.version ? best : model),
      undefined,
    );
    if (!latest) {
      throw new LlmchainError(
        'wrong_state',
        `Model "${name}" is not approved yet; a majority of members has to approve it.`,
        {
          model: name,
        },
      );
    }
    return latest;
  }

  /** @throws {LlmchainError} `not_found` */
  get(model: string, version: number): Promise<ModelVersion> {
    return this.#ports.ledgers.service.get('model', model, ordinal(version));
  }

  #list(...parts: string[]): Promise<ModelVersion[]> {
    return this.#lists.get(parts.join('/'), () => collect(this.#ports.ledgers.service.list('model', ...parts)));
  }
}
