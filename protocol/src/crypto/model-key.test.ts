import { createCipheriv } from 'node:crypto';
import fc from 'fast-check';
import { z } from 'zod';
import { readVectors } from '../../../test/support/vectors';
import { FRAME, FRAME_HEADER, frameHeader, frameNonce, framePrefix, sealedSize } from './frames';
import { fromHex, sha256Hex, toHex } from './hash';
import { modelFileKey, unwrapModelKey, wrapModelKey, wrappingKeyOf } from './model-key';

const Vectors = z.object({
  dataKey: z.string(),
  files: z.array(
    z.object({
      name: z.string(),
      bytes: z.number(),
      digest: z.string(),
      key: z.string(),
      prefix: z.string(),
      sealedSha256: z.string(),
      sealedBytes: z.number(),
    }),
  ),
  wrap: z.object({
    secretKey: z.string(),
    ephemeralSecret: z.string(),
    purpose: z.object({
      model: z.string(),
      version: z.number(),
      member: z.string(),
      worker: z.string(),
      publicKey: z.string(),
    }),
    ephemeral: z.string(),
    wrapped: z.string(),
  }),
});
const { dataKey, files, wrap } = Vectors.parse(readVectors('sealed-models'));
const SECRET = fromHex(wrap.secretKey);

/** As a vector's content was made. */
function contentOf(bytes: number): Uint8Array {
  return bytes < 100
    ? new TextEncoder().encode('Shall I compare thee')
    : Uint8Array.from({ length: bytes }, (_, at) => (at * 31 + (at >> 8)) & 255);
}

test.each(files)('a file of $bytes bytes is sealed under these keys, to these bytes', (vector) => {
  const content = contentOf(vector.bytes);
  expect(sha256Hex(content)).toBe(vector.digest);
  const { key, prefix, digest } = modelFileKey(fromHex(dataKey), vector.digest);
  expect([toHex(key), toHex(prefix)]).toEqual([vector.key, vector.prefix]);
  const parts = [frameHeader({ prefix })];
  for (let at = 0, index = 0; at < content.length; at += FRAME, index++) {
    const last = at + FRAME >= content.length;
    const cipher = createCipheriv('aes-256-gcm', key, frameNonce(prefix, index, last)).setAAD(fromHex(digest));
    parts.push(cipher.update(content.subarray(at, at + FRAME)), cipher.final(), cipher.getAuthTag());
  }
  const sealed = Buffer.concat(parts);
  expect(sealed).toHaveLength(vector.sealedBytes);
  expect(sealedSize(vector.bytes)).toBe(vector.sealedBytes);
  expect(sha256Hex(sealed)).toBe(vector.sealedSha256);
  expect(framePrefix(sealed.subarray(0, FRAME_HEADER))).toEqual(Uint8Array.from(prefix));
});

test('a key is wrapped to these bytes, and comes back', () => {
  const { purpose, ephemeral, wrapped } = wrap;
  expect(wrappingKeyOf(SECRET)).toBe(purpose.publicKey);
  expect(wrapModelKey(fromHex(dataKey), purpose, fromHex(wrap.ephemeralSecret))).toEqual({ ephemeral, wrapped });
  expect(toHex(unwrapModelKey({ ephemeral, wrapped }, purpose, SECRET))).toBe(dataKey);
});

test('no other worker, version, member or key opens a wrap, nor one with a bit changed', () => {
  const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(key, key, key, fc.nat({ max: 47 * 8 }), (secret, data, ephemeral, bit) => {
      const purpose = { ...wrap.purpose, publicKey: wrappingKeyOf(secret) };
      const given = wrapModelKey(data, purpose, ephemeral);
      expect(unwrapModelKey(given, purpose, secret)).toEqual(data);
      const fails = (change: object, by = secret, changed = given) => {
        expect(() => unwrapModelKey(changed, { ...purpose, ...change }, by)).toThrow(/does not open/);
      };
      fails({ model: 'poets' });
      fails({ version: 4 });
      fails({ member: 'LabMSP' });
      fails({ worker: 'compute-worker-2' });
      fails({ publicKey: wrap.purpose.publicKey });
      fails(
        {},
        Uint8Array.from(secret, (byte) => byte ^ 0x18),
      );
      const bytes = fromHex(given.wrapped);
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      fails({}, secret, { ...given, wrapped: toHex(bytes) });
    }),
    { numRuns: 20 },
  );
});

test('nothing is wrapped to a point of small order', () => {
  const purpose = { ...wrap.purpose, publicKey: '00'.repeat(32) };
  expect(() => wrapModelKey(fromHex(dataKey), purpose, SECRET)).toThrow(/register another/);
});

test('what is no header of ours has no prefix', () => {
  expect(framePrefix(new Uint8Array(FRAME_HEADER))).toBeUndefined();
  expect(framePrefix(frameHeader({ prefix: new Uint8Array(6) }))).toBeUndefined();
});
