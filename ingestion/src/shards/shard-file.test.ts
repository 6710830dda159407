import { Readable } from 'node:stream';
import { sha256Hex } from '@llmchain/protocol';
import fc from 'fast-check';
import { extract } from 'tar-stream';
import { packShard, shardBytes, verifyShard } from './shard-file';

interface Content {
  digest: string;
  bytes: number;
  content: Buffer;
}
const itemOf = (content: Buffer): Content => ({ digest: sha256Hex(content), bytes: content.length, content });
const contents = fc
  .uniqueArray(fc.uint8Array({ minLength: 1, maxLength: 2_000 }), { minLength: 1, maxLength: 8, selector: String })
  .map((all) => all.map((bytes) => itemOf(Buffer.from(bytes))));
const pack = async (items: readonly Content[]): Promise<Buffer> => {
  const pieces: Buffer[] = [];
  for await (const piece of packShard(items, ({ content }) => Promise.resolve(Readable.from([content]))))
    pieces.push(piece);
  return Buffer.concat(pieces);
};
/** In pieces of some size, as a network gives them. */
async function* inPieces(file: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < file.length; at += size) yield await Promise.resolve(file.subarray(at, at + size));
}

test('a packed shard is the shard of its items, however it comes in, and has the size foretold', async () => {
  await fc.assert(
    fc.asyncProperty(contents, fc.integer({ min: 1, max: 3_000 }), async (items, size) => {
      const file = await pack(items);
      expect(file.length).toBe(shardBytes(items));
      await verifyShard(inPieces(file, size), items);
    }),
  );
});

test('one altered bit, a byte more or less, or another order is found', async () => {
  await fc.assert(
    fc.asyncProperty(contents, fc.nat(), async (items, at) => {
      const file = await pack(items);
      const altered = Buffer.from(file);
      altered[at % file.length]! ^= 1 << (at % 8);
      for (const other of [altered, file.subarray(0, -1), Buffer.concat([file, Buffer.of(0)])])
        await expect(verifyShard(inPieces(other, 700), items)).rejects.toThrowWithCode('digest_mismatch');
      if (items.length < 2) return;
      await expect(verifyShard(inPieces(file, 700), [...items].reverse())).rejects.toThrowWithCode('digest_mismatch');
    }),
  );
});

test('any tar reads it', async () => {
  const items = ['Shall I compare thee', 'to a summer’s day?'].map((text) => itemOf(Buffer.from(text)));
  const found: [string, number | undefined][] = [];
  const tar = extract();
  Readable.from([await pack(items)]).pipe(tar);
  for await (const entry of tar) {
    const pieces: Buffer[] = [];
    for await (const piece of entry) pieces.push(piece as Buffer);
    found.push([sha256Hex(Buffer.concat(pieces)), entry.header.size]);
  }
  expect(found).toEqual(items.map(({ digest, bytes }) => [digest, bytes]));
});

test.each([
  ['other', Buffer.from('another text')],
  ['shorter', Buffer.from('a')],
  ['longer', Buffer.from('a text and more')],
])('%s content than the item’s is never packed', async (_, content) => {
  const item = { ...itemOf(Buffer.from('a text here!')), content };
  await expect(pack([item])).rejects.toThrowWithCode('digest_mismatch', { item: item.digest });
});
