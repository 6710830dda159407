import { LlmchainError, type ModelVersion } from '@llmchain/protocol';
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

/** Tells answers under way, from the block on, that consent behind their model no longer stands. */
export class ConsentAlarm {
  readonly #standing: ConsentStanding;
  readonly #log: Log;
  readonly #watched = new Map<string, Watched>();
  #timer: NodeJS.Timeout | undefined;

  /** @param ports.standing hears of blocks before this does: it was made before */
  constructor(_options: object, ports: { index: IndexRecords; standing: ConsentStanding; log: Log }) {
    this.#standing = ports.standing;
    this.#log = ports.log;
    ports.index.onWritten((origins) => {
      if (origins.some((origin) => origin.startsWith('work/') || origin.startsWith('licence/'))) this.#lookAtAll();
    });
  }

  /**
   * Watches over one answer.
   * @param fallen called at most once, with an error `tainted`
   * @returns what ends the watch
   */
  watch(model: ModelVersion, fallen: Listener): () => void {
    const name = `${model.model}@${model.version}`;
    const watched = this.#watched.get(name) ?? { model, listeners: new Set() };
    this.#watched.set(name, watched);
    watched.listeners.add(fallen);
    this.#timer ??= setInterval(() => this.#lookAtAll(), AT_LEAST_EVERY).unref();
    // Since it was asked whether consent stands, it may have fallen.
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
      await this.#standing.demand(model);
    } catch (error) {
      if (!(error instanceof LlmchainError) || error.code !== 'tainted') {
        this.#log.warn({ model: model.model, error: String(error) }, 'consent behind an answer could not be looked at');
        return;
      }
      for (const listener of [...listeners]) {
        listeners.delete(listener);
        listener(error);
      }
    }
  }
}
