/** Loads things before it is their turn, some at the same time, and gives them in their order. */
export class ReadAhead<I, T> {
  readonly #width: number;
  readonly #load: (item: I) => Promise<T>;
  readonly #items: Iterator<I>;
  readonly #underWay: Promise<T>[] = [];

  /** @param options `width` how many are under way at once */
  constructor(options: { width: number }, dependencies: { items: Iterable<I>; load: (item: I) => Promise<T> }) {
    this.#width = options.width;
    this.#load = dependencies.load;
    this.#items = dependencies.items[Symbol.iterator]();
  }

  /** @throws {RangeError} when there is no other, and whatever loading it throws */
  async next(): Promise<T> {
    this.#fill();
    const first = this.#underWay.shift();
    if (!first) throw new RangeError('there is nothing left to load');
    const loaded = await first;
    this.#fill();
    return loaded;
  }

  #fill(): void {
    while (this.#underWay.length < this.#width) {
      const step = this.#items.next();
      if (step.done) return;
      const loading = this.#load(step.value);
      // Told of when its turn comes.
      loading.catch(() => undefined);
      this.#underWay.push(loading);
    }
  }
}
