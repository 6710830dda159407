import {
  CONSORTIUM_ACCOUNT,
  proveInclusion,
  royaltyLeaves,
  royaltyRoot,
  royaltyTable,
  royaltyTotal,
  type Settlement,
  type Share,
} from '@llmchain/protocol';
import fc from 'fast-check';
import { demandEntry, owed } from './claim';
import { settle } from './settlement';

const MEMBERS = ['GuildMSP', 'ArchiveMSP', 'LabMSP', 'ComputeMSP'];
const fees = fc.tuple(...Array.from({ length: 4 }, () => fc.integer({ min: 0, max: 2_500 }))).map(([a, b, c, d]) => ({
  operator: a!,
  verifiers: b!,
  modelOwner: c!,
  dataContributors: d!,
  artists: 10_000 - a! - b! - c! - d!,
}));
const earnings = fc.record({
  amount: fc.maxSafeNat(),
  fees,
  producer: fc.constantFrom(...MEMBERS),
  verifiers: fc.shuffledSubarray(MEMBERS, { minLength: 1 }),
  modelOwner: fc.constantFrom(...MEMBERS),
  contributors: fc.array(
    fc.record({ member: fc.constantFrom(...MEMBERS), tokens: fc.integer({ min: 1, max: 2 ** 40 }) }),
    { minLength: 1, maxLength: 8 },
  ),
});
const foreign = earnings.map((all) => ({ ...all, contributors: undefined }));
const contributions = fc.array(
  fc.record({
    shares: fc.constantFrom<Share[]>(
      [{ holder: 'artist:GuildMSP:ann', share: 10_000 }],
      [
        { holder: 'artist:ArchiveMSP:ben', share: 2_500 },
        { holder: 'artist:GuildMSP:ann', share: 7_500 },
      ],
    ),
    tokens: fc.integer({ min: 1, max: 10_000 }),
    weight: fc.integer({ min: 1, max: 10_000 }),
  }),
  { minLength: 1, maxLength: 20 },
);

const sum = (values: readonly number[]) => values.reduce((total, value) => total + BigInt(value), 0n);
const settlement = (of: ReturnType<typeof settle>): Settlement => ({
  schema: 'settlement/1',
  batch: 'ComputeMSP/1',
  model: 'poet',
  version: 1,
  state: 'released',
  ...of,
  owner: { member: 'ComputeMSP' },
  createdTx: 't',
  updatedTx: 't',
});

test('parts and pool are the fee, to the micro-credit; each account stands once, in order, with something', () => {
  fc.assert(
    fc.property(fc.oneof(earnings, foreign), (all) => {
      const { parts, pool } = settle(all);
      expect(sum([...parts.map((part) => part.amount), pool])).toBe(BigInt(all.amount));
      const accounts = parts.map(({ account }) => account);
      expect(accounts).toEqual([...new Set(accounts)].sort());
      expect(parts.every((part) => part.amount > 0)).toBe(true);
      expect(pool).toBeGreaterThanOrEqual(0);
    }),
  );
});

test('the order in which verifiers and datasets are named changes nothing', () => {
  fc.assert(
    fc.property(earnings, (all) => {
      const turned = settle({ ...all, verifiers: [...all.verifiers].reverse() });
      expect(turned).toEqual(settle(all));
      // Datasets of one member may trade a micro-credit, and it is the same member's.
      const members = new Set(all.contributors.map(({ member }) => member));
      fc.pre(members.size === all.contributors.length);
      expect(settle({ ...all, contributors: [...all.contributors].reverse() })).toEqual(settle(all));
    }),
  );
});

test('nobody earns who neither produced, verified, owns the model nor gave data', () => {
  fc.assert(
    fc.property(earnings, (all) => {
      const involved = [
        all.producer,
        all.modelOwner,
        ...all.verifiers,
        ...all.contributors.map(({ member }) => member),
      ];
      for (const { account } of settle(all).parts)
        expect(involved.map((member) => `member:${member}`)).toContain(account);
    }),
  );
});

test('what a version from outside earns for artists and givers of data is the consortium’s, and nobody else earns by that', () => {
  fc.assert(
    fc.property(foreign, earnings, (all, { contributors }) => {
      const { parts, pool } = settle(all);
      const partOf = (of: typeof parts, account: string) => of.find((part) => part.account === account)?.amount ?? 0;
      // The same batch of a version that was trained here, whose artists have their pool.
      const traced = settle({ ...all, contributors });
      const plain = settle({ ...all, contributors: [{ member: 'NobodyMSP', tokens: 1 }] });
      expect(pool).toBe(0);
      expect(partOf(parts, CONSORTIUM_ACCOUNT)).toBe(partOf(plain.parts, 'member:NobodyMSP') + plain.pool);
      for (const member of MEMBERS)
        expect(partOf(parts, `member:${member}`)).toBeLessThanOrEqual(partOf(traced.parts, `member:${member}`));
    }),
  );
});

test('what all accounts claim of a settlement is all of it', () => {
  fc.assert(
    fc.property(earnings, contributions, (all, works) => {
      const table = royaltyTable(works);
      const of = settlement(settle(all));
      const total = { total: royaltyTotal(table) };
      const members = MEMBERS.map((member) => owed(of, `member:${member}`, undefined, total));
      const artists = table.map((entry) => owed(of, entry.payee, entry, total));
      expect(sum([...members, ...artists])).toBe(BigInt(all.amount));
      const outside = settlement(settle({ ...all, contributors: undefined }));
      const accounts = [CONSORTIUM_ACCOUNT, ...MEMBERS.map((member) => `member:${member}` as const)] as const;
      expect(sum(accounts.map((account) => owed(outside, account, undefined, undefined)))).toBe(BigInt(all.amount));
    }),
  );
});

describe('a place in the royalty table', () => {
  const reference = (table: ReturnType<typeof royaltyTable>) => ({
    root: royaltyRoot(table),
    total: royaltyTotal(table),
    entries: table.length,
    address: 'sha256/x',
  });

  test('is proved by whoever has it, and by nobody who has not', async () => {
    await fc.assert(
      fc.asyncProperty(contributions, fc.nat(), async (works, pick) => {
        const table = royaltyTable(works);
        const index = pick % table.length;
        const entry = table[index]!;
        const proof = proveInclusion(royaltyLeaves(table), index);
        expect(() => {
          demandEntry(entry.payee, reference(table), entry, proof);
        }).not.toThrow();
        for (const forged of [
          { ...entry, share: entry.share + 1 },
          { ...entry, start: entry.start + 1 },
        ])
          await expect(() => {
            demandEntry(entry.payee, reference(table), forged, proof);
          }).toThrowWithCode('digest_mismatch');
        await expect(() => {
          demandEntry('artist:GuildMSP:nobody', reference(table), entry, proof);
        }).toThrowWithCode('invalid_argument');
        await expect(() => {
          demandEntry(entry.payee, reference(table), entry, { ...proof, count: proof.count + 1 });
        }).toThrowWithCode('digest_mismatch');
        await expect(() => {
          demandEntry(entry.payee, reference(table), undefined, undefined);
        }).toThrowWithCode('invalid_argument');
        for (const place of [
          { entry, proof },
          { entry: undefined, proof: undefined },
        ])
          await expect(() => {
            demandEntry(entry.payee, undefined, place.entry, place.proof);
          }).toThrowWithCode('invalid_argument');
        for (const payee of ['member:LabMSP', CONSORTIUM_ACCOUNT] as const)
          expect(() => {
            demandEntry(payee, undefined, undefined, undefined);
          }).not.toThrow();
      }),
    );
  });
});
