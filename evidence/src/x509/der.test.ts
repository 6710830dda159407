import fc from 'fast-check';
import { elementsOf } from './der';

/** An element of any length up to a few hundred bytes. */
function element(tag: number, content: Uint8Array): Uint8Array {
  const { length } = content;
  const head = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return new Uint8Array([tag, ...head, ...content]);
}

const tags = fc.integer({ min: 1, max: 30 });

test('elements are read as they were written, however long', () => {
  const parts = fc.array(fc.tuple(tags, fc.uint8Array({ maxLength: 400 })), { maxLength: 6 });
  fc.assert(
    fc.property(parts, (all) => {
      const der = new Uint8Array(all.flatMap(([tag, content]) => [...element(tag, content)]));
      expect(elementsOf(der).map(({ tag, content }) => [tag, [...content]])).toEqual(
        all.map(([tag, content]) => [tag, [...content]]),
      );
    }),
  );
});

test('what is cut short or has no definite length is refused', () => {
  fc.assert(
    fc.property(tags, fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.nat(), (tag, content, cut) => {
      const der = element(tag, content);
      expect(() => elementsOf(der.subarray(0, 1 + (cut % (der.length - 1))))).toThrow('cut short');
    }),
  );
  expect(() => elementsOf(new Uint8Array([0x30, 0x80, 0, 0]))).toThrow('no definite length');
  expect(() => elementsOf(new Uint8Array([0x30, 0x85, 1, 1, 1, 1, 1]))).toThrow('no definite length');
  expect(elementsOf(new Uint8Array())).toEqual([]);
});
