import fc from 'fast-check';
import { Breaker } from './breaker';

const OPTIONS = { failures: 2, first: 1_000, longest: 60_000 };

function breaker(): { breaker: Breaker; clock: { now: number } } {
  const clock = { now: 5 };
  return { breaker: new Breaker(OPTIONS, { now: () => clock.now }), clock };
}

test('one failure is forgiven; the second in a row leaves it alone, and each more for twice as long', () => {
  const { breaker: one, clock } = breaker();
  one.failed();
  expect(one.closed).toBe(true);
  for (const pause of [1_000, 2_000, 4_000]) {
    one.failed();
    clock.now += pause - 1;
    expect(one.closed).toBe(false);
    clock.now += 1;
    expect(one.closed).toBe(true);
  }
});

test('of those that come when the pause is over, one tries', () => {
  const { breaker: one, clock } = breaker();
  one.failed();
  one.failed();
  clock.now += 1_000;
  one.begin();
  expect(one.closed).toBe(false);
  one.succeeded();
  expect(one.closed).toBe(true);
  one.begin();
  expect(one.closed).toBe(true);
});

test('whatever happened before, it is tried again within the longest pause', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('begin', 'failed', 'succeeded'), { maxLength: 80 }), (events) => {
      const { breaker: one, clock } = breaker();
      for (const event of events) one[event as 'begin']();
      clock.now += OPTIONS.longest;
      expect(one.closed).toBe(true);
    }),
  );
});
