import type { KeyValueCache } from '../decoder/decoder';

/** What a row of the cache holds. */
interface Held {
  tokens: readonly number[];
  tenant: string;
  /** When it was last used. */
  used: number;
}

/** Shorter beginnings are computed again: finding and copying them costs more. */
const SHORTEST_PREFIX = 16;

/**
 * The rows of a cache: some are in use, and the rest keep what they held, for a request of the same tenant that begins
 * alike. Tenants never share: how fast an answer begins would tell one what another has asked.
 */
export class Rows {
  readonly #cache: Pick<KeyValueCache, 'copy' | 'keep'>;
  readonly #held: Held[];
  readonly #busy: boolean[];
  #clock = 0;

  constructor(options: { rows: number }, dependencies: { cache: Pick<KeyValueCache, 'copy' | 'keep'> }) {
    this.#cache = dependencies.cache;
    this.#held = Array.from({ length: options.rows }, () => ({ tokens: [], tenant: '', used: 0 }));
    this.#busy = Array<boolean>(options.rows).fill(false);
  }

  get free(): number {
    return this.#busy.filter((busy) => !busy).length;
  }

  /** How many tokens each row that is not in use keeps. */
  get kept(): number[] {
    return this.#held.flatMap(({ tokens }, row) => (this.#busy[row] || tokens.length === 0 ? [] : [tokens.length]));
  }

  /**
   * Takes a row for a sequence; there must be a free one.
   * @returns the row, and how many of the prompt's first tokens it holds: never all, since the last one gives the logits
   */
  take(tenant: string, prompt: readonly number[]): { row: number; cached: number } {
    const candidates = this.#held.map((held, row) => ({
      row,
      shared: held.tenant === tenant ? sharedPrefix(held.tokens, prompt) : 0,
    }));
    const best = candidates.reduce((one, other) => (other.shared > one.shared ? other : one));
    const cached = best.shared >= SHORTEST_PREFIX ? Math.min(best.shared, prompt.length - 1) : 0;
    const row = cached > 0 && !this.#busy[best.row] ? best.row : this.#oldest()!;
    if (cached > 0 && row !== best.row) this.#cache.copy(best.row, row, cached);
    else this.#cache.keep(row, cached);
    this.#busy[row] = true;
    this.#held[row] = { tokens: prompt.slice(0, cached), tenant, used: ++this.#clock };
    return { row, cached };
  }

  /** How many of a prompt's first tokens are there already, for its tenant. */
  shared(tenant: string, prompt: readonly number[]): number {
    const most = Math.max(
      ...this.#held.map((held) => (held.tenant === tenant ? sharedPrefix(held.tokens, prompt) : 0)),
    );
    return most >= SHORTEST_PREFIX ? most : 0;
  }

  /** Takes note of what a row holds now. */
  holds(row: number, tokens: readonly number[]): void {
    this.#held[row]!.tokens = tokens;
  }

  /** Frees a row; what it holds is kept until the row or its memory is needed. */
  release(row: number): void {
    const held = this.#held[row]!;
    this.#busy[row] = false;
    held.used = ++this.#clock;
    if (held.tokens.length < SHORTEST_PREFIX) held.tokens = [];
    this.#cache.keep(row, held.tokens.length);
  }

  /** Gives up what the row keeps that was used longest ago. @returns false when none keeps anything */
  evict(): boolean {
    const row = this.#oldest(({ tokens }) => tokens.length > 0);
    if (row === undefined) return false;
    this.#held[row]!.tokens = [];
    this.#cache.keep(row, 0);
    return true;
  }

  /** Of the rows that are not in use, the one that was used longest ago. */
  #oldest(which: (held: Held) => boolean = () => true): number | undefined {
    let oldest: number | undefined;
    this.#held.forEach((held, row) => {
      if (this.#busy[row] || !which(held)) return;
      if (oldest === undefined || held.used < this.#held[oldest]!.used) oldest = row;
    });
    return oldest;
  }
}

function sharedPrefix(a: readonly number[], b: readonly number[]): number {
  const most = Math.min(a.length, b.length);
  let same = 0;
  while (same < most && a[same] === b[same]) same++;
  return same;
}
