/** Remembers what a loader gave for a while; callers at the same time share one load, failures are not kept. */
export class Memo<T> {
  readonly #entries = new Map<string, { value: Promise<T>; until: number }>();
  readonly #lifetime: number;
  readonly #limit: number;

  /** @param lifetime milliseconds */
  constructor(lifetime: number, limit = 1_000) {
    this.#lifetime = lifetime;
    this.#limit = limit;
  }

  get(key: string, load: () => Promise<T>): Promise<T> {
    const known = this.#entries.get(key);
    if (known && known.until > Date.now()) return known.value;
    const value = load();
    this.#entries.delete(key);
    this.#entries.set(key, { value, until: Date.now() + this.#lifetime });
    value.catch(() => {
      if (this.#entries.get(key)?.value === value) this.#entries.delete(key);
    });
    const oldest = this.#entries.keys().next();
    if (this.#entries.size > this.#limit && oldest.done !== true) this.#entries.delete(oldest.value);
    return value;
  }

  /** The next call loads again. */
  forget(key: string): void {
    this.#entries.delete(key);
  }
}
