import { createHash } from 'node:crypto';
import { DIGEST_BYTES, ReceiptIndex } from './receipt-index';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const digests = (name: string, count: number): Buffer =>
  Buffer.concat(Array.from({ length: count }, (_, index) => digest(`${name} ${index}`)));

test('a receipt is found in the place that it was put in first, and none that was not put', () => {
  const index = new ReceiptIndex();
  const [one, two] = [digests('one', 20_000), digests('two', 20_000)];
  index.add(one, 0);
  index.add(two, 7);
  index.add(one, 9);
  expect(index.size).toBe(40_000);
  for (let at = 0; at < 20_000; at++) {
    expect([index.find(one, at), index.find(two, at)]).toEqual([0, 7]);
  }
  const others = digests('three', 20_000);
  for (let at = 0; at < 20_000; at++) expect(index.find(others, at)).toBeUndefined();
});

test('ids that begin alike are told apart, however many there are', () => {
  const index = new ReceiptIndex();
  const alike = Buffer.concat(
    Array.from({ length: 2_000 }, (_, at) => {
      const id = Buffer.alloc(DIGEST_BYTES);
      id.writeUInt32LE(at, 16);
      return id;
    }),
  );
  index.add(alike.subarray(0, 1_000 * DIGEST_BYTES), 1);
  expect(index.find(alike, 999)).toBe(1);
  expect(index.find(alike, 1_000)).toBeUndefined();
});

test('a hundred thousand receipts take less than five megabytes', () => {
  const index = new ReceiptIndex();
  const ids = digests('many', 100_000);
  const before = process.memoryUsage().arrayBuffers;
  index.add(ids, 0);
  // What was outgrown may not have been collected yet.
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 * 5 * 1024 ** 2);
  expect(index.size).toBe(100_000);
});
