import { Observations, observed } from './observations';
import type { Observation } from './record';

const seen = (worker: string, verifier: string, said: Partial<Observation> = {}): Observation => ({
  worker,
  verifier,
  shortfalls: [0, 0, 0, 0],
  noise: 0.001,
  squares: 4e-6,
  deviations: [],
  ...said,
});
const policyOf = (all: readonly Observation[], mode: 'exact' | 'statistical') => {
  const observations = new Observations();
  for (const one of all) observations.add(one);
  return observations.policy({ mode, sampleRate: 500, oneFalseAlarmIn: 1_000_000 });
};

test('what is kept of an answer is how far its scores and its tokens are from what the verifier computes', () => {
  const replayed = {
    worst: 0.25,
    position: 1,
    scores: Float64Array.of(1, 2, 3),
    shortfalls: Float64Array.of(0, 0.25, 0),
    deviations: [{ values: 8, mismatches: 1, mantissa: 0.5 }],
  };
  expect(observed({ worker: 'a', verifier: 'b' }, [1.5, 2, 2], replayed)).toEqual({
    worker: 'a',
    verifier: 'b',
    shortfalls: [0, 0.25, 0],
    noise: 1,
    squares: 1.25,
    deviations: [{ values: 8, mismatches: 1, mantissa: 0.5 }],
  });
});

test('figures are told of all together and of each pair of machines', () => {
  const observations = new Observations();
  for (const one of [seen('a', 'a'), seen('a', 'b', { noise: 0.02, shortfalls: [0, 0.01, 0, 0] }), seen('a', 'a')]) {
    observations.add(one);
  }
  expect(observations.measured()).toMatchObject({ answers: 3, tokens: 12, noise: 0.02, worst: 0.01, short: 1 });
  expect(observations.pairs()).toMatchObject([
    { worker: 'a', verifier: 'a', answers: 2, noise: 0.001, usualNoise: 0.001, worst: 0 },
    { worker: 'a', verifier: 'b', answers: 1, noise: 0.02, worst: 0.01 },
  ]);
});

test('an exact margin is four times twice the noise of the two machines that differ most', () => {
  expect(policyOf([seen('a', 'a')], 'exact')).toEqual({ marginMicro: 8_000, sampleRate: 500 });
  const both = [seen('a', 'a'), seen('b', 'a', { noise: 0.05 }), seen('a', 'b')];
  expect(policyOf(both, 'exact').marginMicro).toBe(400_000);
});

test('a distribution is that of the pair that differs most, however many others agree', () => {
  const near = Array.from({ length: 50 }, () => seen('a', 'a', { shortfalls: [0, 0, 0, 0.001] }));
  const far = Array.from({ length: 2 }, (_, index) =>
    seen('b', 'a', { shortfalls: [0, 0.5, 0.5, index], noise: 1, squares: 4 }),
  );
  const alone = policyOf(far, 'statistical').statistical!;
  expect(policyOf([...near, ...far], 'statistical').statistical).toEqual(alone);
  const nearest = policyOf(near, 'statistical').statistical!;
  expect(alone.meanMicro).toBeGreaterThan(100 * nearest.meanMicro);
  expect(alone.clipMicro).toBe(3_000_000);
});

const deviation = (mismatches: number, mantissa: number, values = 128) => ({
  deviations: [{ values, mismatches, mantissa }],
});

test('fingerprints are allowed a quarter more than the largest deviation of any pair, and never less than one value', () => {
  const both = [seen('a', 'a', deviation(0, 0.01)), seen('a', 'b', deviation(8, 1.6))];
  expect(policyOf(both, 'exact').fingerprints).toEqual({ mismatches: 782, mantissaMilli: 2_000 });
  expect(policyOf(both.slice(0, 1), 'exact').fingerprints).toEqual({ mismatches: 250, mantissaMilli: 100 });
});

test('where windows spread they are allowed as many deviations as the rate of false alarms asks', () => {
  const windows = Array.from({ length: 100 }, (_, index) => seen('a', 'a', deviation(3, index % 2 === 0 ? 1 : 2)));
  // sqrt(2 ln 10⁶) = 5.2565 deviations of 0.5 above 1.5.
  expect(policyOf(windows, 'statistical').fingerprints).toEqual({ mismatches: 293, mantissaMilli: 4_129 });
});

test('a last window of few values widens what whole ones may differ by no more than its few values do', () => {
  const whole = seen('a', 'a', deviation(8, 1.6));
  const short = seen('a', 'a', deviation(2, 6.4, 8));
  expect(policyOf([whole, short], 'exact').fingerprints).toEqual(policyOf([whole, whole], 'exact').fingerprints);
});
