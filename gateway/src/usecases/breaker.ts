export interface BreakerOptions {
  /** Failures in a row that open it. */
  failures: number;
  /** First pause and longest, milliseconds: each failure more doubles it. */
  first: number;
  longest: number;
}

/**
 * A circuit breaker (Nygard, "Release It!", 2007): what failed several times in a row is left alone for a growing while;
 * then one attempt in each while shows whether it is well again.
 */
export class Breaker {
  readonly #options: BreakerOptions;
  readonly #now: () => number;
  #failures = 0;
  #until = 0;

  constructor(options: BreakerOptions, dependencies: { now: () => number }) {
    this.#options = options;
    this.#now = dependencies.now;
  }

  /** Whether it may be tried now. */
  get closed(): boolean {
    return this.#now() >= this.#until;
  }

  /** An attempt begins: where the last ones failed, it is the only one for a while. */
  begin(): void {
    this.#rest();
  }

  succeeded(): void {
    this.#failures = 0;
    this.#until = 0;
  }

  failed(): void {
    this.#failures++;
    this.#rest();
  }

  #rest(): void {
    const { failures, first, longest } = this.#options;
    const beyond = this.#failures - failures;
    if (beyond >= 0) this.#until = this.#now() + Math.min(longest, first * 2 ** Math.min(beyond, 30));
  }
}
