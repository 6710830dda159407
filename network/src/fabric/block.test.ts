import { createHash } from 'node:crypto';
import { blockHeader, blockHeaderHash } from './block';

const DATA_HASH = Buffer.alloc(32, 0xab);
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

test('the hash of a first block, whose number and previous hash are absent on the wire', () => {
  // Block{header{data_hash}, data{}}
  const block = Buffer.concat([Buffer.from([0x0a, 34, 0x1a, 32]), DATA_HASH, Buffer.from([0x12, 0])]);
  expect(blockHeader(block)).toEqual({ number: 0n, previousHash: new Uint8Array(), dataHash: DATA_HASH });
  const der = Buffer.concat([Buffer.from([0x30, 39, 0x02, 1, 0, 0x04, 0, 0x04, 32]), DATA_HASH]);
  expect(blockHeaderHash(blockHeader(block))).toBe(sha256(der));
});

test('numbers whose highest bit is set get a leading zero', () => {
  const previousHash = Buffer.alloc(32, 1);
  const der = Buffer.concat([
    Buffer.from([0x30, 72, 0x02, 2, 0, 0x80, 0x04, 32]),
    previousHash,
    Buffer.from([0x04, 32]),
    DATA_HASH,
  ]);
  expect(blockHeaderHash({ number: 128n, previousHash, dataHash: DATA_HASH })).toBe(sha256(der));
});

test('a block that is cut short is refused', () => {
  expect(() => blockHeader(Buffer.from([0x0a]))).toThrow('cut short');
});
