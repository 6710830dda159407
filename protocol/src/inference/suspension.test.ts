import { expect } from '@jest/globals';
import { outOfService, openPeriod, suspendedAt, SUSPENSION_GRACE_MS } from './suspension';

const period = (from: number, until?: number) => ({
  from,
  ...(until === undefined ? {} : { until }),
  reason: 'lies',
  proposal: `at-${from}`,
});
const ended = { periods: [period(100, 200), period(300, 300), period(400, 500)] };
const open = { periods: [period(100, 200), period(1_000)] };

test.each([
  [undefined, 150, undefined],
  [ended, 99, undefined],
  [ended, 100, 'at-100'],
  [ended, 199, 'at-100'],
  [ended, 200, undefined],
  // Reinstated before it began.
  [ended, 300, undefined],
  [ended, 450, 'at-400'],
  [open, 999, undefined],
  [open, 1_000, 'at-1000'],
  [open, 9e12, 'at-1000'],
])('an order falls into the period of its time: %j at %i', (suspension, issued, expected) => {
  expect(suspendedAt(suspension, issued)?.proposal).toBe(expected);
});

test('what stands is the last period, while it has no end', () => {
  expect([undefined, ended, open].map((each) => openPeriod(each)?.proposal)).toEqual([undefined, undefined, 'at-1000']);
});

test('what was answered before may be anchored for a day, and for ever once the worker is reinstated', () => {
  const late = 1_000 + SUSPENSION_GRACE_MS;
  expect(outOfService(open, { issued: 50, now: late - 1 })).toBeUndefined();
  expect(outOfService(open, { issued: 50, now: late })?.proposal).toBe('at-1000');
  expect(outOfService(open, { issued: 150, now: 160 })?.proposal).toBe('at-100');
  expect(outOfService(ended, { issued: 50, now: late })).toBeUndefined();
});
