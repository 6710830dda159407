import fc from 'fast-check';
import { readVectors } from '../../../test/support/vectors';
import { ActivationFingerprint, compareActivations, fingerprintCount, fingerprintOf } from './activation-fingerprint';

interface Case {
  name: string;
  activations: number[];
  places: number[];
  bits: number[];
  fingerprint: string;
}
const { cases } = readVectors('activation-fingerprint') as { cases: Case[] };

const finite = fc.float({ noNaN: true, noDefaultInfinity: true, min: Math.fround(-1e30), max: Math.fround(1e30) });
const windowOf = fc.float32Array({ minLength: 1, maxLength: 600, noNaN: true, noDefaultInfinity: true });
const same = { mismatches: 0, mantissa: 0 };

/** Activations as a model has them: of one order of magnitude, with a few outliers. */
function activations(seed: number, size: number): Float32Array {
  let state = seed;
  const uniform = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  return Float32Array.from({ length: size }, () => normal() * (uniform() < 0.01 ? 10 : 1));
}

test.each(cases)('golden: $name', ({ activations: values, places, bits, fingerprint }) => {
  const window = Float32Array.from(values);
  expect(fingerprintOf(window)).toBe(fingerprint);
  expect(compareActivations(fingerprint, window)).toEqual({ values: places.length, ...same });
  expect(bits).toHaveLength(places.length);
});

test('a fingerprint fits its activations, has 258 bytes at most, and is what the schema takes', () => {
  fc.assert(
    fc.property(windowOf, (window) => {
      const made = fingerprintOf(window);
      expect(ActivationFingerprint.parse(made)).toBe(made);
      expect(atob(made).length).toBe(2 + 2 * Math.min(128, Math.ceil(window.length / 16)));
      expect(compareActivations(made, window)).toMatchObject(same);
    }),
  );
});

test('rounding moves mantissas by little, other activations match nowhere', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const window = activations(seed, 32 * 64);
    const made = fingerprintOf(window);
    const rounded = window.map((value, i) => value * (1 + (i % 2 ? 1e-5 : -1e-5)));
    const near = compareActivations(made, rounded);
    expect(near.mismatches).toBeLessThanOrEqual(2);
    expect(near.mantissa).toBeLessThan(0.05);
    const coarse = compareActivations(
      made,
      window.map((value, i) => value * (1 + (i % 2 ? 0.02 : -0.02))),
    );
    expect(coarse.mantissa).toBeGreaterThan(0.5);
    const other = compareActivations(made, activations(seed + 1_000, 32 * 64));
    expect(other.mismatches).toBeGreaterThan(100);
  }
});

test('windows too wide for the field keep their places apart', () => {
  const window = activations(3, 32 * 4_096);
  const made = fingerprintOf(window);
  expect(compareActivations(made, window)).toMatchObject(same);
  expect(compareActivations(made, activations(4, 32 * 4_096)).mismatches).toBeGreaterThan(100);
});

test('forged fingerprints match nothing', () => {
  const window = activations(5, 32 * 64);
  const made = Uint8Array.from(atob(fingerprintOf(window)), (character) => character.charCodeAt(0));
  const encoded = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));
  const none = { values: 128, mismatches: 128, mantissa: 127 };
  const changed = (at: number, value: number): string => encoded(made.with(at, value));
  // A modulus of one makes all places the same, and one value would stand for all.
  const single = new Uint8Array(258);
  single.set([1, 0, made[2]!, made[3]!]);
  for (const forged of [
    encoded(single),
    changed(1, 0x80),
    encoded(made.subarray(0, 200)),
    encoded(made.subarray(0, 257)),
    encoded(new Uint8Array(0)),
    encoded(new Uint8Array(258).fill(255)),
    'not base64!',
    'A'.repeat(1_000),
  ]) {
    expect(compareActivations(forged, window)).toEqual(none);
  }
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 0, maxLength: 300 }), (bytes) => {
      expect(compareActivations(encoded(bytes), window).mismatches).toBeGreaterThan(64);
    }),
  );
  // A polynomial that gives one plausible value everywhere meets few of them.
  const constant = new Uint8Array(258);
  constant.set([made[0]!, made[1]!, 0x00, 0x40]);
  expect(compareActivations(encoded(constant), window).mismatches).toBeGreaterThan(64);
});

test('values that are no numbers, or too large, are told like others', () => {
  const odd = new Float32Array(128);
  odd.set([NaN, -NaN, Infinity, -Infinity, 3.4e38, -3.4e38, 0, -0]);
  expect(compareActivations(fingerprintOf(odd), odd)).toEqual({ values: 8, ...same });
  fc.assert(fc.property(finite, (value) => fingerprintOf(Float32Array.of(value)).length === 8));
});

test('an answer has a fingerprint for every 32 tokens that were begun', () => {
  expect([0, 1, 32, 33, 64, 65].map(fingerprintCount)).toEqual([0, 1, 1, 2, 2, 3]);
});
