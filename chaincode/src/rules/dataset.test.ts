import {
  canonicalJson,
  merkleRoot,
  PAGE_ITEMS,
  sha256Hex,
  toHex,
  type DatasetItem,
  type DatasetPage,
} from '@llmchain/protocol';
import fc from 'fast-check';
import { demandOrder, demandWhole, pageRoot } from './dataset';

const itemOf = (text: string): DatasetItem => {
  const digest = sha256Hex(text);
  return { digest, work: digest, spdx: 'CC0-1.0', bytes: 1, tokens: 1 };
};
const sorted = fc
  .uniqueArray(fc.integer({ min: 0, max: 10_000 }), { minLength: 1, maxLength: 20 })
  .map((numbers) => numbers.map((number) => itemOf(String(number))).sort((a, b) => (a.digest < b.digest ? -1 : 1)));
const page = (items: DatasetItem[], index: number): DatasetPage => ({
  schema: 'dataset-page/1',
  dataset: 'd',
  version: 1,
  index,
  root: pageRoot(items),
  items,
  consent: { epochs: {}, until: null },
  owner: { member: 'ArchiveMSP' },
  createdTx: 't',
  updatedTx: 't',
});
const rootOf = (items: readonly DatasetItem[]) => toHex(merkleRoot(items.map((item) => canonicalJson(item))));

test('sorted items are in order, and no other order is', async () => {
  await fc.assert(
    fc.asyncProperty(sorted, fc.nat(), fc.nat(), async (items, one, other) => {
      expect(() => {
        demandOrder(items);
      }).not.toThrow();
      const [from, to] = [one % items.length, other % items.length];
      fc.pre(from !== to);
      const swapped = [...items];
      [swapped[from], swapped[to]] = [items[to]!, items[from]!];
      await expect(() => {
        demandOrder(swapped);
      }).toThrowWithCode('invalid_argument');
    }),
  );
});

test('an item twice is refused with its place', async () => {
  await fc.assert(
    fc.asyncProperty(sorted, fc.nat(), async (items, pick) => {
      const at = pick % items.length;
      const twice = [...items.slice(0, at + 1), ...items.slice(at)];
      await expect(() => {
        demandOrder(twice);
      }).toThrowWithCode('invalid_argument', {
        issues: [{ pointer: `/items/${at + 1}/digest`, message: expect.any(String) }],
      });
    }),
  );
});

describe('pages of a version', () => {
  const all = Array.from({ length: PAGE_ITEMS * 2 + 3 }, (_, at) => itemOf(String(at))).sort((a, b) =>
    a.digest < b.digest ? -1 : 1,
  );
  const pages = [0, 1, 2].map((index) => page(all.slice(index * PAGE_ITEMS, (index + 1) * PAGE_ITEMS), index));

  test('have the root of the whole list', () => {
    expect(() => {
      demandWhole(pages, rootOf(all));
    }).not.toThrow();
  });

  test.each([
    ['under another root', () => [pages, rootOf(all.slice(1))] as const, 'digest_mismatch'],
    ['with a page missing', () => [pages.slice(0, 2), rootOf(all)] as const, 'digest_mismatch'],
    ['in another order', () => [[pages[1]!, pages[0]!, pages[2]!], rootOf(all)] as const, 'invalid_argument'],
    [
      'with a gap before the last',
      () => [[page(all.slice(0, 5), 0), page(all.slice(5), 1)], rootOf(all)] as const,
      'invalid_argument',
    ],
  ])('are refused %s', async (_what, make, code) => {
    const [given, root] = make();
    await expect(() => {
      demandWhole(given, root);
    }).toThrowWithCode(code);
  });
});
