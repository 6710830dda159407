import { LlmchainError, ordinal, type ModelVersion } from '@llmchain/protocol';
import type { IndexRecords } from '../ports/index-records';
import type { Log } from '../ports/log';
import type { ConsentStanding } from './consent-standing';

/** Told once, with why. */
type Listener = (reason: LlmchainError) => void;

interface Watched {
  model: ModelVersion;
  listeners: Set<Listener>;
}

/** Licences end with time, though nothing is written then: how often answers under way are looked after, milliseconds. */
const AT_LEAST_EVERY = 500;

/**
 * Tells answers under way, from the block on, that their version may answer no more: that consent behind it no longer
 * stands, or that the members have revoked it.
 */
export class VersionAlarm {
  readonly #index: IndexRecords;
  readonly #standing: Pick<ConsentStanding, 'demand'>;
  readonly #log: Log;
  readonly #watched = new Map<string, Watched>();
  /** Records' keys of versions that were not revoked when last looked at; emptied whenever a version is written. */
  #unrevoked = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  /** @param ports.standing hears of blocks before this does: it was made before */
  constructor(_options: object, ports: { index: IndexRecords; standing: Pick<ConsentStanding, 'demand'>; log: Log }) {
    this.#index = ports.index;
    this.#standing = ports.standing;
    this.#log = ports.log;
    ports.index.onWritten((origins) => {
      const versions = origins.some((origin) => origin.startsWith('model/'));
      if (versions) this.#unrevoked = new Set();
      if (versions || origins.some((origin) => origin.startsWith('work/') || origin.startsWith('licence/')))
        this.#lookAtAll();
    });
  }

  /** That a version may answer now. @throws {LlmchainError} `wrong_state` when it was revoked | `tainted` */
  async demand(model: ModelVersion): Promise<void> {
    await this.#demandUnrevoked(model);
    await this.#standing.demand(model);
  }

  /**
   * Watches over one answer.
   * @param fallen called at most once, with what {@link demand} throws
   * @returns what ends the watch
   */
  watch(model: ModelVersion, fallen: Listener): () => void {
    const name = `${model.model}@${model.version}`;
    const watched = this.#watched.get(name) ?? { model, listeners: new Set() };
    this.#watched.set(name, watched);
    watched.listeners.add(fallen);
    this.#timer ??= setInterval(() => this.#lookAtAll(), AT_LEAST_EVERY).unref();
    // Since it was last asked, the version may have fallen.
    void this.#look(watched);
    return () => {
      watched.listeners.delete(fallen);
      if (watched.listeners.size === 0) this.#watched.delete(name);
      if (this.#watched.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  #lookAtAll(): void {
    for (const watched of this.#watched.values()) void this.#look(watched);
  }

  async #look({ model, listeners }: Watched): Promise<void> {
    try {
      await this.demand(model);
    } catch (error) {
      if (!(error instanceof LlmchainError) || (error.code !== 'tainted' && error.code !== 'wrong_state')) {
        this.#log.warn({ model: model.model, error: String(error) }, 'the version of an answer could not be looked at');
        return;
      }
      for (const listener of [...listeners]) {
        listeners.delete(listener);
        listener(error);
      }
    }
  }

  async #demandUnrevoked({ model, version }: ModelVersion): Promise<void> {
    const key = `${model}/${ordinal(version)}`;
    const unrevoked = this.#unrevoked;
    if (unrevoked.has(key)) return;
    const found = (await this.#index.records.current('model', [key])).get(key);
    if (found?.state !== 'revoked') {
      unrevoked.add(key);
      return;
    }
    throw new LlmchainError(
      'wrong_state',
      `The members revoked ${model}@${version}: it is served no more, and nothing that was not anchored before is paid.`,
      { model, version, state: 'revoked' },
    );
  }
}
