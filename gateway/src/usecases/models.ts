import { randomInt } from 'node:crypto';
import {
  AliasName,
  demandCallable,
  LlmchainError,
  mayCall,
  ordinal,
  type Alias,
  type ModelAccess,
  type ModelVersion,
} from '@llmchain/protocol';
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

/** A canary's weight is in basis points of the requests. */
const WHOLE = 10_000;

/** The model versions of the consortium. */
export class Models {
  readonly #ports: { ledgers: Ledgers; lineage: Lineage };
  readonly #draw: (below: number) => number;
  readonly #lists = new Memo<ModelVersion[]>(BELIEF);
  readonly #aliases = new Memo<Alias[]>(BELIEF);
  readonly #accesses = new Memo<ModelAccess | undefined>(BELIEF);

  /** @param dependencies.draw a whole number from 0 on, evenly; each request draws whether it goes to the canary */
  constructor(
    _options: object,
    dependencies: { ledgers: Ledgers; lineage: Lineage; draw?: (below: number) => number },
  ) {
    this.#ports = dependencies;
    this.#draw = dependencies.draw ?? ((below) => randomInt(below));
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
   * What a caller means by a name: `poet@1` that version; `poet` what the alias production points at, now and then what
   * the canary points at where it takes a part of the requests, and the latest approved version where production points at
   * none; `poet:production` and `poet:canary` what that alias points at. A no is never answered from memory.
   * @throws {LlmchainError} `not_found` | `wrong_state` when the version is not approved, retired or revoked
   */
  async resolve(name: string): Promise<ModelVersion> {
    const wanted = wantedOf(name);
    if (!wanted) throw unknown(name);
    const { id } = wanted;
    const remembered = await this.#meant(wanted);
    if (remembered) return remembered;
    this.#lists.forget(id);
    this.#aliases.forget(id);
    const found = await this.#meant(wanted);
    if (found) return found;
    const versions = await this.#list(id);
    if (!versions.some(({ version }) => wanted.version === undefined || version === wanted.version))
      throw unknown(name);
    if (wanted.alias) {
      throw new LlmchainError('not_found', `The alias ${wanted.alias} of "${id}" points at no approved version.`, {
        model: name,
      });
    }
    const ended = versions.find(({ version }) => version === wanted.version)?.state;
    throw new LlmchainError(
      'wrong_state',
      ended === 'retired' || ended === 'revoked'
        ? `Model "${name}" was ${ended} and is served no more. GET /v1/models lists the others.`
        : `Model "${name}" is not approved yet; a majority of members has to approve it.`,
      { model: name },
    );
  }

  async #meant({ id, version, alias }: Wanted): Promise<ModelVersion | undefined> {
    const versions = await this.#list(id);
    if (version !== undefined) return latestApproved(versions, version);
    const aliases = await this.#aliases.get(id, () => collect(this.#ports.ledgers.service.list('alias', id)));
    const at = (name: AliasName): ModelVersion | undefined => {
      const pointed = aliases.find((each) => each.alias === name)?.version ?? undefined;
      return pointed === undefined ? undefined : latestApproved(versions, pointed);
    };
    if (alias) return at(alias);
    const weight = aliases.find((each) => each.alias === 'canary')?.weight ?? 0;
    const canary = this.#draw(WHOLE) < weight ? at('canary') : undefined;
    return canary ?? at('production') ?? latestApproved(versions, undefined);
  }

  /**
   * That a member's callers may call a version. A no is never answered from memory.
   * @throws {LlmchainError} `not_authorised`
   */
  async demandCallable(model: ModelVersion, member: string): Promise<void> {
    const key = [model.model, ordinal(model.version)];
    const read = (): Promise<ModelAccess | undefined> =>
      this.#accesses.get(key.join('/'), () => this.#ports.ledgers.service.find('model-access', ...key));
    if (mayCall(await read(), member)) return;
    this.#accesses.forget(key.join('/'));
    demandCallable(await read(), model, member);
  }

  /** @throws {LlmchainError} `not_found` */
  get(model: string, version: number): Promise<ModelVersion> {
    return this.#ports.ledgers.service.get('model', model, ordinal(version));
  }

  #list(...parts: string[]): Promise<ModelVersion[]> {
    return this.#lists.get(parts.join('/'), () => collect(this.#ports.ledgers.service.list('model', ...parts)));
  }
}

interface Wanted {
  id: string;
  version?: number;
  alias?: AliasName;
}

function wantedOf(name: string): Wanted | undefined {
  const parts = /^([a-z0-9][a-z0-9._-]{0,63})(?:@([1-9]\d{0,6})|:(production|canary))?$/.exec(name);
  const id = parts?.[1];
  if (id === undefined) return undefined;
  const alias = AliasName.safeParse(parts?.[3]);
  return {
    id,
    ...(parts?.[2] === undefined ? {} : { version: Number(parts[2]) }),
    ...(alias.success ? { alias: alias.data } : {}),
  };
}

function unknown(name: string): LlmchainError {
  return new LlmchainError('not_found', `There is no model "${name}". GET /v1/models lists them.`, { model: name });
}

function latestApproved(versions: readonly ModelVersion[], wanted: number | undefined): ModelVersion | undefined {
  return versions
    .filter(({ state, version }) => state === 'approved' && (wanted === undefined || version === wanted))
    .sort((a, b) => b.version - a.version)[0];
}
