import { expect } from '@jest/globals';
import * as fc from 'fast-check';
import { STOP_TOKEN } from '../tokenizer/byte-tokenizer';
import { Batches } from './batches';
import { corpusOf } from './corpus';
import { Random } from './random';
import { learningRate } from './schedule';

test('documents end with the stop token, and the last ones are held out', () => {
  const { training, heldOut } = corpusOf(['ab', '', 'ç', 'd']);
  expect([...training]).toEqual([97, 98, STOP_TOKEN, 0xc3, 0xa7, STOP_TOKEN]);
  expect([...heldOut]).toEqual([100, STOP_TOKEN]);
  const twenty = corpusOf(Array.from({ length: 40 }, () => 'x'));
  expect([twenty.training.length, twenty.heldOut.length]).toEqual([76, 4]);
});

test('an epoch visits every token once, in rows that overlap by the token to predict', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 6 }), fc.nat(), (windows, sequence, seed) => {
      const tokens = Uint16Array.from({ length: windows * sequence }, (_, i) => i);
      const batches = new Batches({ tokens, shape: { batch: windows, sequence } }, { random: new Random(seed) });
      for (let epoch = 0; epoch < 3; epoch++) {
        const rows = [...batches.next()].map(Number);
        const inputs = rows.filter((_, i) => i % (sequence + 1) < sequence);
        expect(inputs.sort((a, b) => a - b)).toEqual([...tokens]);
        rows.forEach((token, i) => {
          if (i % (sequence + 1) > 0) expect(token).toBe((rows[i - 1]! + 1) % tokens.length);
        });
      }
    }),
  );
});

test('a dataset shorter than a window is read round and round', () => {
  const batches = new Batches(
    { tokens: Uint16Array.of(1, 2), shape: { batch: 1, sequence: 4 } },
    { random: new Random(0) },
  );
  expect(batches.next()).toHaveLength(5);
});

test('the generator gives the numbers of its definition', () => {
  const random = new Random(42);
  const numbers = Array.from({ length: 1000 }, () => random.uniform());
  expect(numbers.slice(0, 4).map((u) => u * 2 ** 32)).toMatchInlineSnapshot(`
   [
     660444221,
     3652823732,
     77672526,
     910233633,
   ]
  `);
  expect(numbers.every((u) => u >= 0 && u < 1)).toBe(true);
  expect(numbers.reduce((sum, u) => sum + u, 0) / 1000).toBeCloseTo(0.5, 1);
  expect([...new Random(1).permutation(9)].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
});

test('the learning rate grows, then falls to its floor', () => {
  const schedule = { peak: 1, floor: 0.1, warmUp: 4 };
  expect(learningRate(schedule, 1, 20)).toBe(0.25);
  expect(learningRate(schedule, 4, 20)).toBe(1);
  expect(learningRate(schedule, 12, 20)).toBeCloseTo(0.55);
  expect(learningRate(schedule, 20, 20)).toBeCloseTo(0.1);
});
