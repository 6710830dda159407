import fc from 'fast-check';
import { assertClock, clockFault, type ClockEvidence } from './clock';

const NOW = Date.parse('2030-06-01T12:00:00Z');
const YEAR = 365 * 24 * 3600 * 1000;
const evidence = (more: Partial<ClockEvidence> = {}): ClockEvidence => ({
  now: NOW,
  lastBlock: NOW - 1000,
  root: { from: NOW - YEAR, to: NOW + YEAR },
  started: [],
  ...more,
});

test('a clock after the last block, within the certificates and never set is right', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: YEAR }), fc.integer({ min: -5000, max: 5000 }), (age, drift) => {
      const started = [{ name: 'peer-guild', byClock: NOW - age, byUptime: NOW - age + drift }];
      expect(clockFault(evidence({ lastBlock: NOW - age, started }))).toBeUndefined();
    }),
  );
});

test('a home without blocks and certificates tells nothing', () => {
  expect(clockFault(evidence({ lastBlock: undefined, root: undefined }))).toBeUndefined();
});

test('a clock behind the last block is wrong, and so is one outside the certificates', () => {
  expect(clockFault(evidence({ lastBlock: NOW + 60_000 }))).toMatchObject({ reason: 'behind_ledger' });
  for (const now of [NOW - 2 * YEAR, NOW + 2 * YEAR])
    expect(clockFault(evidence({ now, lastBlock: undefined }))).toMatchObject({ reason: 'outside_certificates' });
});

test('a clock that was set while programs ran is told, but is no reason not to start', () => {
  const stepped = evidence({ started: [{ name: 'peer-lab', byClock: NOW - 10_000, byUptime: NOW - 70_000 }] });
  expect(clockFault(stepped)).toEqual({
    reason: 'stepped',
    detail: 'the clock was set by -60 s since peer-lab was started',
  });
  expect(() => assertClock(stepped)).not.toThrow();
});

test('the error says what to do', () => {
  const work = (): Promise<void> => Promise.resolve().then(() => assertClock(evidence({ lastBlock: NOW + YEAR })));
  return expect(work()).rejects.toThrowWithCode('clock_wrong', { reason: 'behind_ledger' });
});
