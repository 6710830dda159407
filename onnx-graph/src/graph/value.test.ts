import { expect } from '@jest/globals';
import * as fc from 'fast-check';
import { GraphBuilder } from './graph-builder';
import { broadcast, elementCount } from './value';

const shape = fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom('B', 'T')), { maxLength: 4 });

test('a shape broadcasts with itself and with ones to itself', () => {
  fc.assert(
    fc.property(shape, (dims) => {
      expect(broadcast(dims, dims)).toEqual(dims);
      expect(broadcast(dims, [])).toEqual(dims);
      const ones = dims.map(() => 1);
      expect(broadcast(ones, dims)).toEqual(dims);
    }),
  );
});

test('shapes that do not fit are refused while building', async () => {
  const graph = new GraphBuilder('check');
  const [a, b] = [graph.input('a', 'float32', [2, 3]), graph.input('b', 'float32', ['B', 4])];
  await expect(() => graph.add(a, b)).toThrowWithCode('invalid_argument');
  await expect(() => graph.matmul(a, b)).toThrowWithCode('invalid_argument');
  await expect(() => graph.gemm(a, b)).toThrowWithCode('invalid_argument');
  await expect(() => elementCount(b.shape)).toThrowWithCode('invalid_argument');
  await expect(() => graph.initialiser('c', 'float32', [3], new Float32Array(2))).toThrowWithCode('invalid_argument');
});
