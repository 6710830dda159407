import fc from 'fast-check';
import type { Fingerprint } from '../records/work';
import { encodeSignature } from './minhash';
import { acknowledges, likeness, resemblanceKey } from './resemblance';

const image = (bits: bigint): Fingerprint => ({ method: 'phash-64', bits: bits.toString(16).padStart(16, '0') });
/** Values 0 to 127, the first so many of them changed. */
const text = (changed: number): Fingerprint => ({
  method: 'minhash-128',
  signature: encodeSignature(
    Uint32Array.from({ length: 128 }, (_, index) => (index < changed ? 1_000 + index : index)),
  ),
});

describe('likeness', () => {
  test.each([
    [0n, 0, true],
    [0xffn, 8, true],
    [0x1ffn, 9, false],
  ])('images that differ by %s differ in %d bits', (bits, differing, resembles) => {
    expect(likeness(image(0n), image(bits))).toEqual({ method: 'phash-64', differing, resembles });
  });

  test('an image is compared with the windows of another, both ways, and no window with a window', () => {
    const cut: Fingerprint = { method: 'phash-64', bits: 'f'.repeat(16), windows: ['0000000000000001'] };
    for (const [a, b] of [
      [cut, image(0n)],
      [image(0n), cut],
    ] as const)
      expect(likeness(a, b)).toEqual({ method: 'phash-64', differing: 1, resembles: true });
    const other: Fingerprint = { method: 'phash-64', bits: '00000000ffffffff', windows: ['0000000000000001'] };
    expect(likeness(cut, other)).toMatchObject({ differing: 31, resembles: false });
  });

  test.each([
    [0, true],
    [38, true],
    [39, false],
    [128, false],
  ])('texts that differ in %d of 128 values', (differing, resembles) => {
    expect(likeness(text(0), text(differing))).toEqual({ method: 'minhash-128', differing, resembles });
  });

  test('an image is like no text', () => {
    expect(likeness(image(0n), text(0))).toBeUndefined();
  });

  test('is the same both ways, and so is its key', () => {
    const bits = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    fc.assert(
      fc.property(bits, bits, (a, b) => {
        expect(likeness(image(a), image(b))).toEqual(likeness(image(b), image(a)));
        expect(resemblanceKey(String(a), String(b))).toEqual(resemblanceKey(String(b), String(a)));
      }),
    );
  });
});

describe('acknowledging', () => {
  const ann = { member: 'GuildMSP', person: 'ann' };
  const ben = { member: 'GuildMSP', person: 'ben' };
  const other = { sha256: 'a'.repeat(64), owner: ann };
  const another = 'b'.repeat(64);

  test.each([
    [{ owner: ben }, false],
    [{ owner: ben, derivedFrom: other.sha256 }, true],
    [{ owner: ben, derivedFrom: another }, false],
    [{ owner: ben, resembles: [another, other.sha256] }, true],
    [{ owner: ben, versionOf: another }, false],
    [{ owner: ann, versionOf: another }, true],
    [{ owner: ann }, false],
  ])('%j: %s', (work, acknowledged) => {
    expect(acknowledges(work, other)).toBe(acknowledged);
  });
});
