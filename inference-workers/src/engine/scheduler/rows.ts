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
 * The rows of a cache: those that decode come first, without gaps, so that one pass takes them all; of the others some
 * are in use, and the rest keep what they held, for a request of the same tenant that begins alike. Tenants never share:
 * how fast an answer begins would tell one what another has asked.
 */
export class Rows {
  readonly #cache: KeyValueCache;
  readonly #reuse: boolean;
  readonly #held: Held[];
  readonly #busy: boolean[];
  readonly #spare: number;
  #decoding = 0;
  #clock = 0;

  /** @param options.rows of the cache, of which the last is kept for moving */
  constructor(options: { rows: number; reuse: boolean }, dependencies: { cache: KeyValueCache }) {
    this.#cache = dependencies.cache;
    this.#reuse = options.reuse;
    this.#spare = options.rows - 1;
    this.#held = Array.from({ length: this.#spare }, () => ({ tokens: [], tenant: '', used: 0 }));
    this.#busy = Array<boolean>(this.#spare).fill(false);
  }

  /** Rows that decode: 0 to this. */
  get decoding(): number {
    return this.#decoding;
  }

  get free(): number {
    return this.#busy.filter((busy) => !busy).length;
  }

  /**
   * Takes a row for a sequence; there must be a free one.
   * @returns the row, and how many of the prompt's first tokens it holds: never all, since the last one gives the logits
   */
  take(tenant: string, prompt: readonly number[]): { row: number; cached: number } {
    const candidates = this.#held.map((held, row) => ({
      row,
      shared: this.#reuse && held.tenant === tenant ? sharedPrefix(held.tokens, prompt) : 0,
    }));
    const best = candidates.reduce((one, other) => (other.shared > one.shared ? other : one));
    const oldest = candidates
      .filter(({ row }) => !this.#busy[row])
      .reduce((one, other) => (this.#held[other.row]!.used < this.#held[one.row]!.used ? other : one));
    const cached = best.shared >= SHORTEST_PREFIX ? Math.min(best.shared, prompt.length - 1) : 0;
    const row = cached > 0 && !this.#busy[best.row] ? best.row : oldest.row;
    if (cached > 0 && row !== best.row) this.#cache.copy(best.row, row, cached);
    this.#busy[row] = true;
    this.#held[row] = { tokens: prompt.slice(0, cached), tenant, used: ++this.#clock };
    return { row, cached };
  }

  /** Takes note of what a row holds now. */
  holds(row: number, tokens: readonly number[]): void {
    this.#held[row]!.tokens = tokens;
  }

  /** Moves a row to those that decode. @returns its new place, and which row moved to its old one */
  decode(row: number): Moved {
    return this.#swap(row, this.#decoding++);
  }

  /** Moves a row out of those that decode and frees it. */
  release(row: number): Moved {
    const moved = row < this.#decoding ? this.#swap(row, --this.#decoding) : { from: row, to: row };
    this.#busy[moved.to] = false;
    this.#held[moved.to]!.used = ++this.#clock;
    return moved;
  }

  #swap(from: number, to: number): Moved {
    if (from === to) return { from, to };
    const [a, b] = [this.#held[from]!, this.#held[to]!];
    this.#cache.copy(to, this.#spare, b.tokens.length);
    this.#cache.copy(from, to, a.tokens.length);
    this.#cache.copy(this.#spare, from, b.tokens.length);
    [this.#held[from], this.#held[to]] = [b, a];
    [this.#busy[from], this.#busy[to]] = [this.#busy[to]!, this.#busy[from]!];
    return { from, to };
  }
}

/** Two rows that changed places. */
export interface Moved {
  readonly from: number;
  readonly to: number;
}

function sharedPrefix(a: readonly number[], b: readonly number[]): number {
  const most = Math.min(a.length, b.length);
  let same = 0;
  while (same < most && a[same] === b[same]) same++;
  return same;
}
