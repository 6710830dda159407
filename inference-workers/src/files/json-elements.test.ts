import fc from 'fast-check';
import { elementsOf } from './json-elements';

async function* inChunks(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

async function all(text: string, size = 7, largest = 10_000): Promise<string[]> {
  const found: string[] = [];
  for await (const element of elementsOf(inChunks(text, size), largest)) found.push(element);
  return found;
}

test('any array comes out element by element, wherever it is cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.jsonValue({ maxDepth: 3 }), { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 1, max: 40 }),
      async (values, size) => {
        const elements = await all(JSON.stringify(values), size);
        expect(elements.map((element) => JSON.parse(element) as unknown)).toEqual(JSON.parse(JSON.stringify(values)));
      },
    ),
  );
});

test.each(['', '{}', '"a"', '[1', '[1]2', '[1][2]', '1,2', '["a]', '[{"a":1}'])('%s is refused', async (text) => {
  await expect(all(text)).rejects.toThrow(SyntaxError);
});

test('an element that is too large is refused before it is whole', async () => {
  await expect(all(`["${'x'.repeat(200)}`, 10, 100)).rejects.toThrow('more than 100 bytes');
});
