import { createHash } from 'node:crypto';
import { Readable, type Transform } from 'node:stream';
import fc from 'fast-check';
import { FRAME, FRAME_HEADER, FRAME_TAG, sealedSize, sha256Hex, type FrameKey } from '@llmchain/protocol';
import { opening, sealing } from './seal';

const SECRET: FrameKey = {
  key: Buffer.from(Array.from({ length: 32 }, (_, at) => at)),
  prefix: Buffer.from('00010203040506', 'hex'),
  digest: sha256Hex('Shall I compare thee'),
};

/** Made by another implementation, over Python's cryptography package: of the text, and the SHA-256 of three frames. */
const GOLDEN = '4c4c4d43454e560100010203040506261ed432eb256a3feca15bfbf2720c0fa7ad32c64a70db26770c0923a41d718d6bda91ed';
const GOLDEN_LONG = '602f71a51104280fcc185a3f5ed736b1f43e13b81b7d8103e044e83e4331a2dc';

/** Bytes that differ from place to place. */
const content = (bytes: number): Buffer =>
  Buffer.from(Array.from({ length: bytes }, (_, at) => (at * 31 + (at >> 8)) & 255));

async function through(bytes: Buffer, transform: Transform, cut = 7_001): Promise<Buffer> {
  const pieces = Array.from({ length: Math.ceil(bytes.byteLength / cut) }, (_, at) =>
    bytes.subarray(at * cut, (at + 1) * cut),
  );
  const chunks: Buffer[] = [];
  for await (const chunk of Readable.from(pieces).pipe(transform)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
const seal = (bytes: Buffer, cut?: number): Promise<Buffer> => through(bytes, sealing(SECRET), cut);
const open = (bytes: Buffer, cut?: number, secret: Pick<FrameKey, 'key' | 'digest'> = SECRET): Promise<Buffer> =>
  through(bytes, opening(secret), cut);

test.each([0, 1, FRAME - 1, FRAME, FRAME + 1, 2 * FRAME, 3 * FRAME + 17])('%i bytes come back', async (bytes) => {
  const plain = content(bytes);
  const sealed = await seal(plain);
  expect(sealed).toHaveLength(sealedSize(bytes));
  expect((await open(sealed)).equals(plain)).toBe(true);
});

test('the bytes are these, for these keys: the format does not change unnoticed', async () => {
  expect((await seal(Buffer.from('Shall I compare thee'))).toString('hex')).toBe(GOLDEN);
  const long = await seal(content(2 * FRAME + 5));
  expect(createHash('sha256').update(long).digest('hex')).toBe(GOLDEN_LONG);
});

test('however the stream is cut, the same comes out', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 3_000 }),
      fc.integer({ min: 1, max: 4_000 }),
      fc.integer({ min: 1, max: 4_000 }),
      async (bytes, one, other) => {
        const plain = Buffer.from(bytes);
        const sealed = await seal(plain, one);
        expect(sealed.equals(await seal(plain, other))).toBe(true);
        expect((await open(sealed, other)).equals(plain)).toBe(true);
      },
    ),
    { numRuns: 50 },
  );
});

test('every flipped byte is refused', async () => {
  const sealed = await seal(content(300));
  for (let at = 0; at < sealed.byteLength; at++) {
    const changed = Buffer.from(sealed);
    changed[at]! ^= 1 << (at & 7);
    await expect(open(changed)).rejects.toThrowWithCode('digest_mismatch');
  }
});

describe('of three frames', () => {
  let header: Buffer;
  let frames: Buffer[];
  beforeAll(async () => {
    const sealed = await seal(content(2 * FRAME + 100));
    header = sealed.subarray(0, FRAME_HEADER);
    frames = [0, 1, 2].map((at) =>
      sealed.subarray(FRAME_HEADER + at * (FRAME + FRAME_TAG), FRAME_HEADER + (at + 1) * (FRAME + FRAME_TAG)),
    );
  });
  const joined = (...order: number[]): Buffer => Buffer.concat([header, ...order.map((at) => frames[at]!)]);

  test.each([
    ['two are exchanged', [1, 0, 2]],
    ['the first is missing', [1, 2]],
    ['the middle one is missing', [0, 2]],
    ['the last is missing', [0, 1]],
    ['the last two are missing', [0]],
    ['all are missing', []],
    ['one stands twice', [0, 0, 1, 2]],
    ['the last stands twice', [0, 1, 2, 2]],
  ])('it is refused when %s', async (_, order) => {
    await expect(open(joined(...order))).rejects.toThrowWithCode('digest_mismatch');
  });

  test('a flipped byte is found in each, wherever the stream is cut', async () => {
    const whole = joined(0, 1, 2);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: whole.byteLength - 1 }),
        fc.integer({ min: 0, max: 7 }),
        fc.integer({ min: 1_000, max: 200_000 }),
        async (at, bit, cut) => {
          const changed = Buffer.from(whole);
          changed[at]! ^= 1 << bit;
          await expect(open(changed, cut)).rejects.toThrowWithCode('digest_mismatch');
        },
      ),
      { numRuns: 30 },
    );
  });

  test('a cut at any byte is found', async () => {
    const whole = joined(0, 1, 2);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.byteLength - 1 }), async (end) => {
        await expect(open(whole.subarray(0, end), 65_537)).rejects.toThrowWithCode('digest_mismatch');
      }),
      { numRuns: 30 },
    );
  });
});

test('another key, or another content’s name, opens nothing', async () => {
  const sealed = await seal(content(10));
  const { key, digest } = SECRET;
  await expect(open(sealed, 100, { key: Buffer.alloc(32), digest })).rejects.toThrowWithCode('digest_mismatch');
  await expect(open(sealed, 100, { key, digest: sha256Hex('another') })).rejects.toThrowWithCode('digest_mismatch');
});
