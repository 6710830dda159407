import { calledUpon, turnsOf, type Batch, type BatchRefusal, type BatchSilence } from '@llmchain/protocol';
import fc from 'fast-check';
import { demandCalled, demandSilent, disputed, type Marks } from './turns';
import { recorded, scored } from './verifier-record';

const ELECTORATE = ['ArchiveMSP', 'GuildMSP', 'LabMSP', 'PressMSP', 'ShopMSP'];
const TIME = 200_000;
const sequence = fc.integer({ min: 1, max: 2 ** 31 });
const needed = fc.integer({ min: 1, max: ELECTORATE.length });
const marks = fc
  .record({ refused: fc.subarray(ELECTORATE), silent: fc.subarray(ELECTORATE), at: fc.nat(TIME) })
  .map(({ refused, silent, at }): Marks => ({
    refusals: refused.map((member, index) => ({
      ...{ member, reason: 'output_mismatch', refused: at },
      ...(index % 2 === 0 ? { receipt: `${index}`.padStart(64, '0') } : {}),
    })) as unknown as BatchRefusal[],
    silences: silent
      .filter((member) => !refused.includes(member))
      .map((member) => ({ member, passed: at })) as unknown as BatchSilence[],
  }));

function batchOf(of: number, most: number): Batch {
  const times = { anchored: 0, deadline: TIME };
  const turns = turnsOf(ELECTORATE, of, new Set());
  return { batch: `ComputeMSP/${of}`, state: 'anchored', turns, needed: most, ...times } as unknown as Batch;
}

test('every rival begins as often as any other, and who was silent comes last', () => {
  fc.assert(
    fc.property(sequence, fc.subarray(ELECTORATE), (from, silent) => {
      const turns = ELECTORATE.map((_, step) => turnsOf(ELECTORATE, from + step, new Set()));
      expect(turns.map(([first]) => first).sort()).toEqual(ELECTORATE);
      const put = turnsOf(ELECTORATE, from, new Set(silent));
      expect([...put].sort()).toEqual(ELECTORATE);
      expect(put.slice(ELECTORATE.length - silent.length).sort()).toEqual(silent);
    }),
  );
});

test('just those accept who are first in turn and neither refused nor were silent', async () => {
  await fc.assert(
    fc.asyncProperty(sequence, needed, marks, fc.subarray(ELECTORATE), async (of, most, given, named) => {
      const batch = batchOf(of, most);
      const gone = new Set([...given.refusals, ...given.silences].map(({ member }) => member));
      const left = batch.turns.filter((member) => !gone.has(member));
      const called = left.length < most ? [] : left.slice(0, most).sort();
      const act = () => {
        demandCalled(batch, given, named);
      };
      if (called.length > 0 && JSON.stringify(called) === JSON.stringify(named)) expect(act).not.toThrow();
      else await expect(act).toThrowWithCode('wrong_state', { called });
    }),
  );
});

test('only who is called upon is passed over, in its time and while another is left', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(sequence, needed, marks, fc.constantFrom(...ELECTORATE), fc.nat(2 * TIME)),
      async ([of, most, given, member, now]) => {
        const batch = batchOf(of, most);
        const gone = new Set([...given.refusals, ...given.silences].map((mark) => mark.member));
        const at = Math.max(0, ...given.refusals.map(({ refused }) => refused), ...given.silences.map((s) => s.passed));
        const may =
          (calledUpon(batch, gone) ?? []).includes(member) &&
          now >= at + TIME / 10 &&
          ELECTORATE.length - gone.size > most;
        const act = () => {
          demandSilent(batch, given, member, now);
        };
        if (may) expect(act).not.toThrow();
        else await expect(act).toThrowWithCode('wrong_state');
      },
    ),
    { numRuns: 500 },
  );
});

test('receipts that rivals refuse a batch for are disputed, each once', () => {
  fc.assert(
    fc.property(marks, (given) => {
      const named = given.refusals.flatMap(({ receipt }) => receipt ?? []);
      expect(disputed(given)).toEqual([...new Set(named)].sort());
    }),
  );
});

test('verifiers are credited with what they endorsed, and with refusals only where others accepted', () => {
  const one = { member: 'GuildMSP', accepted: 1, rejected: 0, overruled: 0, silent: 2, found: 1, missed: 0 };
  const after = recorded(
    [one],
    [
      { state: 'accepted', verifiers: ['GuildMSP', 'LabMSP'], refused: ['ArchiveMSP'], silent: [] },
      {
        state: 'rejected',
        verifiers: [],
        findings: [{ member: 'LabMSP', reason: 'replayed' }],
        refused: ['LabMSP'],
        silent: ['GuildMSP'],
      },
    ],
  );
  expect(after).toEqual([
    { member: 'ArchiveMSP', accepted: 0, rejected: 0, overruled: 1, silent: 0, found: 0, missed: 0 },
    { member: 'GuildMSP', accepted: 2, rejected: 0, overruled: 0, silent: 3, found: 1, missed: 0 },
    { member: 'LabMSP', accepted: 1, rejected: 1, overruled: 0, silent: 0, found: 0, missed: 0 },
  ]);
});

test('a false receipt counts for whoever had rejected the batch for it, and against whoever had accepted the batch', () => {
  const receipt = '1'.repeat(64);
  const findings = [
    { member: 'GuildMSP', reason: 'tokens_mismatch' as const, receipt },
    { member: 'LabMSP', reason: 'replayed' as const, receipt: '2'.repeat(64) },
  ];
  const found = scored([], { state: 'rejected', verifiers: [], findings }, receipt);
  expect(found).toMatchObject([{ member: 'GuildMSP', found: 1, missed: 0 }]);
  const missed = scored(found, { state: 'accepted', verifiers: ['ArchiveMSP', 'GuildMSP'] }, receipt);
  expect(missed).toMatchObject([
    { member: 'ArchiveMSP', found: 0, missed: 1, accepted: 0 },
    { member: 'GuildMSP', found: 1, missed: 1, rejected: 0 },
  ]);
});
