import type { ModelLoad } from '@llmchain/protocol';
import { FairQueue } from '../../engine/scheduler/fair-queue';

interface Job {
  tenant: string;
  run: () => Promise<void>;
}

/** How many requests for one model may wait, in all and of one tenant. */
const WAITING = { waiting: 64, perTenant: 16 };

/** Runs one request of a model at a time, so that the memory of only one is held; tenants have their turns. */
export class TaskQueue {
  readonly #waiting = new FairQueue<Job>(WAITING);
  #running = false;
  #outstanding = 0;

  /** Units stand for tokens; without a cache of keys and values there is room for all. */
  get load(): ModelLoad {
    const running = this.#running ? 1 : 0;
    return { running, waiting: this.#waiting.size, slots: 1, outstanding: this.#outstanding, room: 2 ** 31 };
  }

  /**
   * @param order.units what the request counts for when tenants are compared
   * @throws {LlmchainError} `overloaded` when too many wait; the signal's reason when it is aborted in the line
   */
  run<T>(order: { tenant: string; units: number; signal: AbortSignal }, work: () => Promise<T>): Promise<T> {
    const { tenant, units, signal } = order;
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        if (!this.#waiting.remove(tenant, job)) return;
        this.#outstanding -= units;
        reject(signal.reason as Error);
      };
      const job: Job = {
        tenant,
        run: async () => {
          signal.removeEventListener('abort', leave);
          await work().then(resolve, reject);
          this.#outstanding -= units;
          this.#waiting.charge(tenant, units);
        },
      };
      signal.throwIfAborted();
      this.#waiting.push(tenant, job);
      this.#outstanding += units;
      signal.addEventListener('abort', leave, { once: true });
      void this.#drain();
    });
  }

  async #drain(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    for (let job = this.#waiting.shift(); job; job = this.#waiting.shift()) await job.run();
    this.#running = false;
  }
}
