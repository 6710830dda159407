import fc from 'fast-check';
import { readVectors } from '../../../test/support/vectors';
import { proveInclusion, verifyInclusion } from '../merkle/proof';
import type { Share } from '../records/work';
import { priceOf } from './price';
import { RoyaltyEntry, royaltyLeaves, royaltyRoot, royaltyTable, royaltyTotal, type Contribution } from './royalty';

const { royalty: vector } = readVectors('money') as {
  royalty: { contributions: Contribution[]; table: RoyaltyEntry[]; root: string };
};

const contributions = fc.array(
  fc.record({
    shares: fc.constantFrom<Share[]>(
      [{ holder: 'artist:GuildMSP:ann', share: 10_000 }],
      [
        { holder: 'artist:ArchiveMSP:ben', share: 1 },
        { holder: 'artist:GuildMSP:ann', share: 9_998 },
        { holder: 'member:ArchiveMSP', share: 1 },
      ],
    ),
    tokens: fc.integer({ min: 1, max: 10_000 }),
    weight: fc.integer({ min: 1, max: 10_000 }),
  }),
  { minLength: 1, maxLength: 20 },
);

test('the golden table', () => {
  const table = royaltyTable(vector.contributions);
  expect(table).toEqual(vector.table);
  expect(royaltyRoot(table)).toBe(vector.root);
});

test('each payee stands once, in order, without a gap, and the shares are all that was brought', () => {
  fc.assert(
    fc.property(contributions, (all) => {
      const table = royaltyTable(all);
      const payees = table.map((entry) => entry.payee);
      expect(payees).toEqual([...new Set(payees)].sort());
      let start = 0;
      for (const entry of table) {
        expect(RoyaltyEntry.safeParse(entry).success).toBe(true);
        expect(entry.start).toBe(start);
        start += entry.share;
      }
      expect(royaltyTotal(table)).toBe(start);
      expect(start).toBe(all.reduce((sum, { tokens, weight }) => sum + tokens * weight * 10_000, 0));
    }),
  );
});

test('the order in which works are listed changes nothing', () => {
  fc.assert(
    fc.property(contributions, (all) => {
      expect(royaltyTable([...all].reverse())).toEqual(royaltyTable(all));
    }),
  );
});

test('each entry is proved under the root', () => {
  const leaves = royaltyLeaves(vector.table);
  for (const [index, leaf] of leaves.entries()) {
    expect(verifyInclusion(leaf, proveInclusion(leaves, index), vector.root)).toBe(true);
  }
});

test('a request costs its base and its tokens', () => {
  expect(priceOf({ request: 100, promptToken: 2, completionToken: 30 }, 7, 5)).toBe(100 + 14 + 150);
});
