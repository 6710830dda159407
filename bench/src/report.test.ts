import { outcomes, table } from './report';

const arms = {
  evaluate: { median: 310, min: 290, max: 350, unit: '1/s' },
  'write p50, 1': { median: 500, min: 400, max: 600, unit: 'ms' },
};
const goals = outcomes(
  [
    { arm: 'evaluate', least: 300 },
    { arm: 'write p50, 1', most: 400 },
    { arm: 'unmeasured', most: 1 },
  ],
  arms,
);

test('a goal is met by the median; what was not measured is not judged', () => {
  expect(goals).toEqual([
    { arm: 'evaluate', goal: '≥ 300 1/s', met: true },
    { arm: 'write p50, 1', goal: '≤ 400 ms', met: false },
  ]);
});

test('the table tells every arm, its goal, and where it was measured', () => {
  const machine = {
    ...{ cpu: 'abacus', cores: 2, memoryMiB: 4096, system: 'Linux', node: 'v20', date: '2026-11-22T00:00:00Z' },
    load: { before: 0.5, after: 2 },
  };
  const text = table({ name: 'ledger', arms, ratio: null, rounds: 5, smoke: false, goals, machine });
  expect(text).toMatch(/^ledger, 5 rounds\n/);
  expect(text).toMatch(/evaluate +310 +290 +350 +1\/s +✔ ≥ 300 1\/s/);
  expect(text).toMatch(/write p50, 1 +500 +400 +600 +ms +✘ ≤ 400 ms/);
  expect(text).toMatch(/abacus, 2 cores, 4096 MiB, Node.js v20, load 0.5 before and 2 after$/);
});
