import fc from 'fast-check';
import { Rows } from './rows';

/** A cache that holds tokens as they are. */
class TokenCache {
  readonly rows: number[][];
  constructor(count: number) {
    this.rows = Array.from({ length: count }, () => []);
  }
  copy(from: number, to: number, tokens: number): void {
    this.rows[to] = this.rows[from]!.slice(0, tokens);
  }
  keep(row: number, tokens: number): void {
    this.rows[row] = this.rows[row]!.slice(0, tokens);
  }
}

const prompt = (start: number, length = 40): number[] => Array.from({ length }, (_, i) => start + i);

function bench(slots = 3): { rows: Rows; cache: TokenCache; fill: (row: number, tokens: number[]) => void } {
  const cache = new TokenCache(slots);
  const rows = new Rows({ rows: slots }, { cache });
  const fill = (row: number, tokens: number[]): void => {
    cache.rows[row] = [...tokens];
    rows.holds(row, tokens);
  };
  return { rows, cache, fill };
}

test('a request that begins like an earlier one of its tenant finds that in the cache, but for the last token', () => {
  const { rows, cache, fill } = bench();
  const { row } = rows.take('a', prompt(0));
  fill(row, prompt(0));
  rows.release(row);
  expect(rows.take('a', prompt(0))).toEqual({ row, cached: 39 });
  expect(cache.rows[row]).toEqual(prompt(0, 39));
  const second = rows.take('a', [...prompt(0, 30), 7, 7]);
  expect(second.cached).toBe(30);
  expect(second.row).not.toBe(row);
  expect(cache.rows[second.row]).toEqual(prompt(0, 30));
});

test('of another tenant it finds nothing, nor of a beginning that is short', () => {
  const { rows, fill } = bench();
  const { row } = rows.take('a', prompt(0));
  fill(row, prompt(0));
  rows.release(row);
  expect(rows.take('b', prompt(0)).cached).toBe(0);
  expect(rows.take('a', [...prompt(0, 15), 99]).cached).toBe(0);
});

test('what is kept is given up, what was used longest ago first', () => {
  const { rows, cache, fill } = bench();
  const taken = ['a', 'b', 'c'].map((tenant) => rows.take(tenant, prompt(0)).row);
  for (const row of taken) fill(row, prompt(0));
  for (const row of [1, 0, 2].map((index) => taken[index]!)) rows.release(row);
  expect(rows.kept).toEqual([40, 40, 40]);
  expect(rows.evict()).toBe(true);
  expect(cache.rows[taken[1]!]).toEqual([]);
  expect(rows.take('a', prompt(0)).cached).toBe(39);
  expect(rows.kept).toEqual([40]);
  expect([rows.evict(), rows.evict()]).toEqual([true, false]);
});

test('whatever comes and goes, no two sequences have one row, and each keeps what it held', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom('take', 'release', 'evict'), fc.nat(5)), { maxLength: 60 }),
      (steps) => {
        const { rows, cache, fill } = bench(4);
        const taken: { row: number; tokens: number[] }[] = [];
        steps.forEach(([step, pick], index) => {
          const one = taken[pick % Math.max(1, taken.length)];
          if (step === 'take' && rows.free > 0) {
            const tokens = prompt(pick % 2 ? 0 : 100 * index, 20);
            const { row, cached } = rows.take('a', tokens);
            expect(cache.rows[row]).toEqual(tokens.slice(0, cached));
            fill(row, tokens);
            taken.push({ row, tokens });
          } else if (step === 'release' && one) {
            rows.release(one.row);
            taken.splice(taken.indexOf(one), 1);
          } else if (step === 'evict') rows.evict();
          expect(new Set(taken.map(({ row }) => row)).size).toBe(taken.length);
          for (const { row, tokens } of taken) expect(cache.rows[row]).toEqual(tokens);
        });
      },
    ),
  );
});
