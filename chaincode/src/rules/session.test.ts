import type { Session } from '@llmchain/protocol';
import fc from 'fast-check';
import { closed, drawnOn, reclaimed, toppedUp } from './session';

const amount = fc.integer({ min: 1, max: 2 ** 40 });
const session: fc.Arbitrary<Pick<Session, 'session' | 'state' | 'escrow' | 'reserved'>> = fc
  .tuple(amount, fc.nat(10_000))
  .map(([escrow, part]) => ({
    session: 's',
    state: 'open' as const,
    escrow,
    reserved: Math.floor((escrow * part) / 10_000),
  }));

test('a batch draws what is there and not a micro-credit more', async () => {
  await fc.assert(
    fc.asyncProperty(session, async (one) => {
      const left = one.escrow - one.reserved;
      expect(drawnOn(one, left)).toEqual({ ...one, reserved: one.escrow });
      await expect(() => drawnOn(one, left + 1)).toThrowWithCode('insufficient_credits', { available: left });
    }),
  );
});

test('what is drawn and comes back leaves the session as it was; out of a closed one it goes on', () => {
  fc.assert(
    fc.property(session, fc.nat(), (one, pick) => {
      const drawn = Math.min(pick, one.escrow - one.reserved);
      const after = drawnOn(one, drawn);
      expect(reclaimed(after, drawn)).toEqual({ session: one, back: 0 });
      const shut = closed(after);
      const last = reclaimed(shut.session, drawn);
      expect(last.session).toEqual({ ...one, state: 'closed', escrow: one.reserved });
      expect(shut.back + last.back).toBe(one.escrow - one.reserved);
    }),
  );
});

test('a closed session takes and gives nothing more, and is closed once', async () => {
  await fc.assert(
    fc.asyncProperty(session, amount, async (one, more) => {
      const { session: shut } = closed(toppedUp(one, more));
      for (const act of [() => toppedUp(shut, more), () => drawnOn(shut, 0), () => closed(shut)])
        await expect(act).toThrowWithCode('wrong_state', { state: 'closed' });
    }),
  );
});

test('no session holds what a number cannot', async () => {
  const full = { session: 's', state: 'open' as const, escrow: Number.MAX_SAFE_INTEGER, reserved: 0 };
  await expect(() => toppedUp(full, 1)).toThrowWithCode('invalid_argument');
});
