import { LlmchainError } from '@llmchain/protocol';
import { cacheBytes, type DecoderGeometry } from './decoder';
import { RowSet } from './row-set';

/** Tokens of the smallest rows; larger ones have twice as many, and so on. */
const LEAST_CAPACITY = 128;
/** Rows up to so many times shorter go along in a pass of longer ones: one more pass would cost more. */
const WIDEST_SPREAD = 4;
/** Of the bytes that rows have, what their sets take at most, spare rows included. */
const SPARE = 4 / 3;

/** Tokens that a row of so many has room for. @param most tokens of the longest sequence */
function capacityFor(tokens: number, most: number): number {
  return Math.min(most, Math.max(LEAST_CAPACITY, 2 ** Math.ceil(Math.log2(tokens))));
}

/** Bytes that a row of at most so many tokens takes, its share of spare rows included. */
export function rowBytes(tokens: number, most: number, geometry: DecoderGeometry): number {
  return Math.ceil(capacityFor(tokens, most) * cacheBytes(geometry) * SPARE);
}

/** A row's tokens in the pass that comes. */
export interface RowLength {
  readonly row: number;
  /** Tokens that it holds, and that it will hold after the pass. */
  readonly past: number;
  readonly total: number;
}

/** Where rows lie: each in a set of its capacity, together with those that go through passes with it. */
export class RowSets {
  readonly #geometry: DecoderGeometry;
  readonly #most: number;
  readonly #limits: number[];
  readonly #sets: (RowSet | undefined)[];

  /** @param options.tokens of the longest sequence */
  constructor(options: { rows: number; tokens: number }, geometry: DecoderGeometry) {
    this.#geometry = geometry;
    this.#most = options.tokens;
    this.#limits = Array<number>(options.rows).fill(options.tokens);
    this.#sets = Array<RowSet | undefined>(options.rows).fill(undefined);
  }

  /** Bytes that all buffers take now. */
  get bytes(): number {
    return [...new Set(this.#sets)].reduce((sum, set) => sum + (set?.bytes ?? 0), 0);
  }

  /** Says how many tokens a row will hold at most: it is never given more room than that takes. */
  limit(row: number, tokens: number): void {
    this.#limits[row] = capacityFor(tokens, this.#most);
  }

  /** Gives a row's memory back. */
  drop(row: number): void {
    this.#sets[row]?.remove(row);
    this.#sets[row] = undefined;
  }

  /** Leaves a row the memory of its first tokens alone. */
  keep(row: number, tokens: number): void {
    if (tokens === 0) this.drop(row);
    else if (this.#sets[row]) this.#move(row, new RowSet(tokens, this.#geometry), tokens);
  }

  copy(from: number, to: number, tokens: number): void {
    const there = this.#sets[from];
    if (from === to || !there) return;
    this.drop(to);
    const set = new RowSet(capacityFor(tokens, this.#most), this.#geometry);
    set.add(to);
    set.copy(to, there, from, tokens);
    this.#sets[to] = set;
  }

  /**
   * Makes room for a pass and lays rows that go together side by side.
   * @returns the groups of rows that a pass takes together: where they lie, from which place on, and how many
   * @throws {LlmchainError} `internal` when a row would be longer than any may be
   */
  arrange(lengths: readonly RowLength[]): { set: RowSet; index: number; count: number }[] {
    const left = lengths
      .map((length) => ({ ...length, capacity: this.#capacity(length) }))
      .sort((a, b) => b.capacity - a.capacity);
    const groups: { set: RowSet; index: number; count: number }[] = [];
    for (let first = left[0]; first; first = left[0]) {
      const { capacity } = first;
      const together = left.filter(
        (each) => each.capacity * WIDEST_SPREAD >= capacity && this.#limits[each.row]! >= capacity,
      );
      // The longest row always goes: what it needs is within what it may have.
      for (const each of together) left.splice(left.indexOf(each), 1);
      groups.push(this.#gather(together, capacity));
    }
    return groups;
  }

  #capacity({ row, total }: RowLength): number {
    if (total > this.#limits[row]!) {
      throw new LlmchainError(
        'internal',
        `A row of ${total} tokens is longer than the ${this.#limits[row]} asked for.`,
      );
    }
    const needed = capacityFor(total, this.#most);
    // What has grown with others stays as large as they are.
    const has = this.#sets[row]?.capacity ?? 0;
    return has > needed && has === capacityFor(has, this.#most) ? Math.min(has, this.#limits[row]!) : needed;
  }

  #gather(rows: readonly RowLength[], capacity: number): { set: RowSet; index: number; count: number } {
    const fitting = rows.map(({ row }) => this.#sets[row]).filter((set) => set?.capacity === capacity);
    const wanted = new Set(rows.map(({ row }) => row));
    const common = (set: RowSet): number => set.rows.filter((row) => wanted.has(row)).length;
    const set = fitting.reduce<RowSet>(
      (best, each) => (each && common(each) > common(best) ? each : best),
      new RowSet(capacity, this.#geometry),
    );
    // One row is a part of its set already.
    if (rows.length === 1 && set.rows.includes(rows[0]!.row)) {
      return { set, index: set.rows.indexOf(rows[0]!.row), count: 1 };
    }
    for (const row of set.rows.filter((each) => !wanted.has(each))) {
      this.#move(row, new RowSet(capacity, this.#geometry), capacity);
    }
    for (const { row, past } of rows) if (this.#sets[row] !== set) this.#move(row, set, past);
    return { set, index: 0, count: rows.length };
  }

  #move(row: number, to: RowSet, tokens: number): void {
    const from = this.#sets[row];
    to.add(row);
    if (from) {
      to.copy(row, from, row, Math.min(tokens, from.capacity, to.capacity));
      from.remove(row);
    }
    this.#sets[row] = to;
  }
}
