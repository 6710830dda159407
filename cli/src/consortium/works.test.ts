import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mediumOf, submissions, titleOf } from './works';

describe('files as works', () => {
  const said = { creators: [{ person: 'ann', share: 10_000 }], preference: {} };
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'works-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const file = async (name: string, bytes: number): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, '');
    await truncate(path, bytes);
    return path;
  };
  const groups = async (files: readonly string[]): Promise<number[]> => {
    const sizes: number[] = [];
    for await (const group of submissions(files, said)) sizes.push(group.length);
    return sizes;
  };

  test('are called and classed after their names', async () => {
    expect(titleOf('/a/Still life.final.png')).toBe('Still life.final');
    expect(titleOf('a\nb.txt')).toBe('a b');
    expect(titleOf('A\u0308rger.txt')).toBe('Ärger');
    expect(mediumOf('a.JPEG')).toBe('image');
    await expect(() => mediumOf('a')).toThrowWithCode('invalid_argument');
  });

  test('go as many at a time as one transaction takes, and no more bytes', async () => {
    const small = await file('small.txt', 1);
    const large = await file('large.txt', 9 * 1024 * 1024);
    expect(await groups(Array.from({ length: 501 }, () => small))).toEqual([500, 1]);
    expect(await groups([large, large, small])).toEqual([1, 2]);
    expect(await groups([])).toEqual([]);
  });

  test('are refused when empty, too large, no file or not there', async () => {
    const empty = await file('empty.txt', 0);
    const huge = await file('huge.txt', 1024 ** 3);
    await expect(groups([empty])).rejects.toThrowWithCode('invalid_argument');
    await expect(groups([huge])).rejects.toThrowWithCode('too_large');
    await expect(groups([folder])).rejects.toThrowWithCode('invalid_argument');
    await expect(groups([join(folder, 'none.txt')])).rejects.toThrowWithCode('not_found');
  });
});
