import fc from 'fast-check';
import { Rows } from './rows';

/** A cache that holds tokens as they are. */
class TokenCache {
  readonly rows: number[][];
  constructor(count: number) {
    this.rows = Array.from({ length: count }, () => []);
  }
  forward(): never {
    throw new Error('nothing is computed here');
  }
  copy(from: number, to: number, tokens: number): void {
    this.rows[to] = this.rows[from]!.slice(0, tokens);
  }
}

const prompt = (start: number, length = 40): number[] => Array.from({ length }, (_, i) => start + i);

function bench(slots = 3): { rows: Rows; cache: TokenCache; fill: (row: number, tokens: number[]) => void } {
  const cache = new TokenCache(slots + 1);
  const rows = new Rows({ rows: slots + 1, reuse: true }, { cache });
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
  rows.decode(row);
  rows.release(row);
  expect(rows.take('a', prompt(0))).toEqual({ row, cached: 39 });
  expect(cache.rows[row]).toEqual(prompt(0));
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

test('whatever comes and goes, rows that decode are first, without gaps, and each keeps what it held', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom('take', 'decode', 'release'), fc.nat(5)), { maxLength: 60 }),
      (steps) => {
        const { rows, cache, fill } = bench(4);
        const taken: { row: number; tokens: number[]; decoding: boolean }[] = [];
        const moved = ({ from, to }: { from: number; to: number }): void => {
          for (const one of taken) one.row = one.row === from ? to : one.row === to ? from : one.row;
        };
        steps.forEach(([step, pick], index) => {
          const one = taken[pick % Math.max(1, taken.length)];
          if (step === 'take' && rows.free > 0) {
            const tokens = prompt(100 * index, 20);
            const { row } = rows.take('a', tokens);
            fill(row, tokens);
            taken.push({ row, tokens, decoding: false });
          } else if (step === 'decode' && one && !one.decoding) {
            moved(rows.decode(one.row));
            one.decoding = true;
          } else if (step === 'release' && one) {
            moved(rows.release(one.row));
            taken.splice(taken.indexOf(one), 1);
          }
          const decoding = taken.filter((each) => each.decoding).map(({ row }) => row);
          expect(decoding.sort()).toEqual(Array.from({ length: rows.decoding }, (_, row) => row));
          expect(new Set(taken.map(({ row }) => row)).size).toBe(taken.length);
          for (const { row, tokens } of taken) expect(cache.rows[row]).toEqual(tokens);
        });
      },
    ),
  );
});
