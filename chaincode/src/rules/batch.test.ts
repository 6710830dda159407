import { BATCH_TIMEOUT_MS, type Batch } from '@llmchain/protocol';
import fc from 'fast-check';
import { deadlineOf, demandOverdue, demandVerifiers, undecided } from './batch';
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
    fc.asyncProperty(fc.option(fc.nat(), { nil: undefined }), fc.nat(), async (deadline, now) => {
      const batch = { ...anchored, ...(deadline === undefined ? {} : { deadline }) };
      expect(deadlineOf(batch)).toBe(deadline ?? 1_000 + BATCH_TIMEOUT_MS);
      const act = () => {
        demandOverdue(batch, now);
      };
      if (now >= deadlineOf(batch)) expect(act).not.toThrow();
      else await expect(act).toThrowWithCode('wrong_state', { deadline: deadlineOf(batch) });
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
