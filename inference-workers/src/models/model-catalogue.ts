import type { LoadedModel, ModelLoad, ModelVersion } from '@llmchain/protocol';
import type { Logger } from 'pino';
import { backOff, problemOf, pause } from '../ledger/back-off';
import type { Servable } from './servable';

/** What is made of a version: all of it, or some of its layers. */
interface Loadable {
  readonly version: ModelVersion;
  readonly load: ModelLoad;
  close(): Promise<void>;
}

/** Makes a version ready: fetches, checks and loads it. */
export type OpenModel<Loaded extends Loadable = Servable> = (version: ModelVersion) => Promise<Loaded>;

const keyOf = (model: string, version: number): string => `${model}@${version}`;

/** How a version ended. */
export type Ended = Extract<ModelVersion['state'], 'retired' | 'revoked'>;

/** The approved model versions, each loaded as soon as its files can be had. */
export class ModelCatalogue<Loaded extends Loadable = Servable> {
  readonly #open: OpenModel<Loaded>;
  readonly #log: Logger;
  readonly #stopping = new AbortController();
  readonly #known = new Map<string, Promise<void>>();
  readonly #loaded = new Map<string, Loaded>();
  /** Versions that are served no more. What they answered before may still have to be verified, so what is loaded stays so. */
  readonly #ended = new Map<string, { version: ModelVersion; state: Ended }>();

  constructor(dependencies: { open: OpenModel<Loaded>; log: Logger }) {
    this.#open = dependencies.open;
    this.#log = dependencies.log;
  }

  /** Takes note of a version on the ledger; one that is approved is loaded, and until it is, tried again. */
  consider(version: ModelVersion): void {
    const key = keyOf(version.model, version.version);
    const { state } = version;
    if (state === 'retired' || state === 'revoked') this.#ended.set(key, { version, state });
    if (state !== 'approved' || this.#known.has(key) || this.#stopping.signal.aborted) return;
    this.#known.set(key, this.#load(key, version));
  }

  /** Whether the version is approved, loaded or not. */
  knows(model: string, version: number): boolean {
    return this.#known.has(keyOf(model, version));
  }

  get(model: string, version: number): Loaded | undefined {
    return this.#loaded.get(keyOf(model, version));
  }

  /**
   * A version to verify by what it answered: one that ended before this process began is loaded when it is first asked for.
   * @returns undefined until it is loaded
   */
  toVerify(model: string, version: number): Loaded | undefined {
    const key = keyOf(model, version);
    const ended = this.#ended.get(key);
    if (ended && !this.#known.has(key) && !this.#stopping.signal.aborted)
      this.#known.set(key, this.#load(key, ended.version));
    return this.#loaded.get(key);
  }

  /** How a version ended; undefined while it may be served. */
  ended(model: string, version: number): Ended | undefined {
    return this.#ended.get(keyOf(model, version))?.state;
  }

  /** What is loaded and may be served. */
  loaded(): LoadedModel[] {
    const served = [...this.#loaded].filter(([key]) => !this.#ended.has(key));
    return served.map(([, each]) => each).map(({ version: { model, version }, load }) => ({ model, version, load }));
  }

  /** Gives up what is not loaded, and frees what is. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#known.values());
    const models = [...this.#loaded.values()];
    this.#loaded.clear();
    await Promise.all(models.map((model) => model.close()));
  }

  async #load(key: string, version: ModelVersion): Promise<void> {
    const { signal } = this.#stopping;
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        const started = Date.now();
        this.#loaded.set(key, await this.#open(version));
        this.#log.info({ model: key, milliseconds: Date.now() - started }, 'model version ready');
        return;
      } catch (error) {
        this.#log.error({ ...problemOf(error), model: key, attempt }, 'model version not loaded; trying again');
      }
      await pause(backOff(attempt, 60_000), signal);
    }
  }
}
