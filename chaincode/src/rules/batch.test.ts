import { turnsOf, type Batch } from '@llmchain/protocol';
import fc from 'fast-check';
import { demandOverdue, demandSeated, demandVerifiers, departed, electorateOf, reseated, undecided } from './batch';
import { beneficiary } from './escrow';

const MEMBERS = ['ArchiveMSP', 'GuildMSP', 'LabMSP', 'PressMSP'];
const anchored = { batch: 'ComputeMSP/1', state: 'anchored', verifiers: [], anchored: 1_000 } as unknown as Batch;

test('just as many different rivals as are needed may decide, in whatever order they are named', async () => {
  const named = fc.array(fc.constantFrom(...MEMBERS, 'ComputeMSP'), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(named, fc.integer({ min: 1, max: 4 }), async (members, needed) => {
      const batch = { electorate: MEMBERS, needed };
      const different = new Set(members);
      if (different.size === members.length && different.size === needed && !different.has('ComputeMSP'))
        expect(demandVerifiers(batch, members)).toEqual([...members].sort());
      else await expect(() => demandVerifiers(batch, members)).toThrowWithCode('invalid_argument', { needed });
    }),
  );
});

test('a batch is decided once; the same decision again changes nothing, another is refused', async () => {
  const decision = fc.oneof(
    fc.subarray(MEMBERS).map((verifiers) => ({ state: 'accepted' as const, verifiers })),
    fc.subarray(MEMBERS).map((members) => ({
      state: 'rejected' as const,
      findings: members.map((member) => ({ member, reason: 'replayed' as const })),
    })),
    fc.constant({ state: 'expired' as const }),
  );
  await fc.assert(
    fc.asyncProperty(decision, decision, async (first, second) => {
      expect(undecided(anchored, first)).toBe(true);
      const decided = { ...anchored, ...first };
      expect(undecided(decided, first)).toBe(false);
      if (JSON.stringify(first) === JSON.stringify(second)) return;
      await expect(() => undecided(decided, second)).toThrowWithCode('wrong_state', { state: first.state });
    }),
  );
});

test('a batch is overdue from its deadline on', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.nat(), async (deadline, now) => {
      const batch = { ...anchored, deadline };
      const act = () => {
        demandOverdue(batch, now);
      };
      if (now >= deadline) expect(act).not.toThrow();
      else await expect(act).toThrowWithCode('wrong_state', { deadline });
    }),
  );
});

test('whoever leaves and joins, the seats are those of the members of now, and enough of them decide', async () => {
  const everybody = [...MEMBERS, 'ComputeMSP', 'MillMSP', 'ShopMSP'];
  const some = fc.subarray(everybody, { minLength: 4 });
  await fc.assert(
    fc.asyncProperty(some, some, fc.integer({ min: 1, max: 6 }), async (before, now, most) => {
      const charter = { members: now.map((member) => ({ member, name: member.toLowerCase() })) };
      const old = electorateOf(
        'ComputeMSP',
        before.map((member) => ({ member, name: member.toLowerCase() })),
      );
      const turns = turnsOf(old, most, new Set(old.slice(0, 1)));
      const batch = {
        ...anchored,
        ...{ producer: 'ComputeMSP', sequence: most, electorate: old, turns, needed: Math.min(most, old.length) },
      };
      const gone = departed(batch, charter);
      expect(gone).toEqual(old.filter((member) => !now.includes(member)));
      const { electorate, needed, turns: after } = reseated(batch, charter);
      expect(electorate).toEqual(now.filter((member) => member !== 'ComputeMSP').sort());
      expect(needed).toBe(Math.min(batch.needed, electorate.length));
      expect([...after].sort()).toEqual(electorate);
      const stayed = turns.filter((member) => now.includes(member));
      expect(after.slice(0, stayed.length)).toEqual(stayed);
      expect(departed({ electorate }, charter)).toEqual([]);
      const seated = () => {
        demandSeated(old.slice(0, batch.needed), batch, charter);
      };
      const named = old.slice(0, batch.needed).filter((member) => gone.includes(member));
      if (named.length === 0) expect(seated).not.toThrow();
      else await expect(seated).toThrowWithCode('wrong_state', { departed: named });
    }),
  );
});

test('an escrow pays one side, once', async () => {
  const escrow = { escrow: 'e', payer: 'member:LabMSP', payee: 'artist:GuildMSP:ann' } as const;
  expect(beneficiary({ ...escrow, state: 'held' }, 'released')).toBe(escrow.payee);
  expect(beneficiary({ ...escrow, state: 'held' }, 'refunded')).toBe(escrow.payer);
  for (const state of ['released', 'refunded'] as const)
    for (const outcome of ['released', 'refunded'] as const)
      await expect(() => beneficiary({ ...escrow, state }, outcome)).toThrowWithCode('wrong_state', { state });
});
