import { LlmchainError } from '@llmchain/protocol';

export interface FairQueueOptions {
  /** Most that wait, in all. */
  readonly waiting: number;
  /** Most that wait of one tenant. */
  readonly perTenant: number;
}

/** When a caller that was turned away may try again. */
const RETRY_AFTER_MS = 1_000;

/**
 * What waits, a line for each tenant; the next is of the tenant that was served least. Source: the virtual token counter
 * of Sheng et al. 2024, arXiv 2401.00588: who comes back after a pause starts level with the others, not ahead.
 */
export class FairQueue<T> {
  readonly #options: FairQueueOptions;
  readonly #lines = new Map<string, T[]>();
  /** Tokens that each tenant who waits or is served was given. */
  readonly #served = new Map<string, number>();
  #size = 0;

  constructor(options: FairQueueOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#size;
  }

  /** Everything that waits, tenant by tenant. */
  *[Symbol.iterator](): Generator<T> {
    for (const line of this.#lines.values()) yield* line;
  }

  /** @throws {LlmchainError} `overloaded` when the queue, or the tenant's part of it, is full */
  push(tenant: string, item: T): void {
    const line = this.#lines.get(tenant) ?? [];
    if (this.#size >= this.#options.waiting || line.length >= this.#options.perTenant) {
      throw new LlmchainError('overloaded', 'The worker has a full queue. Try another, or again in a moment.', {
        waiting: this.#size,
        retryAfterMs: RETRY_AFTER_MS,
      });
    }
    if (line.length === 0) {
      const least = Math.min(...[...this.#lines.keys()].map((other) => this.#served.get(other) ?? 0));
      this.#served.set(tenant, Math.max(this.#served.get(tenant) ?? 0, Number.isFinite(least) ? least : 0));
      this.#lines.set(tenant, line);
    }
    line.push(item);
    this.#size++;
  }

  /** What is next, without taking it. */
  peek(): T | undefined {
    const tenant = this.#next();
    return tenant === undefined ? undefined : this.#lines.get(tenant)![0];
  }

  /** Takes what is next. */
  shift(): T | undefined {
    const tenant = this.#next();
    if (tenant === undefined) return undefined;
    const line = this.#lines.get(tenant)!;
    const item = line[0]!;
    this.#drop(tenant, line, 0);
    return item;
  }

  /** Takes out what no longer waits. @returns whether it was there */
  remove(tenant: string, item: T): boolean {
    const line = this.#lines.get(tenant) ?? [];
    const index = line.indexOf(item);
    if (index < 0) return false;
    this.#drop(tenant, line, index);
    return true;
  }

  /** Takes note of tokens that a tenant was given. */
  charge(tenant: string, tokens: number): void {
    this.#served.set(tenant, (this.#served.get(tenant) ?? 0) + tokens);
    // Nobody waits: nobody is ahead of anybody.
    if (this.#size === 0) this.#served.clear();
  }

  #next(): string | undefined {
    let next: string | undefined;
    let least = Infinity;
    for (const tenant of this.#lines.keys()) {
      const served = this.#served.get(tenant) ?? 0;
      if (served < least) [next, least] = [tenant, served];
    }
    return next;
  }

  #drop(tenant: string, line: T[], index: number): void {
    line.splice(index, 1);
    this.#size--;
    if (line.length === 0) this.#lines.delete(tenant);
  }
}
