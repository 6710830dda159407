import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { sha256Hex } from '@llmchain/protocol';
import { FileSpool } from './file-spool';

describe('content on its way', () => {
  let folder: string;
  let spool: FileSpool;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spool-'));
    spool = new FileSpool({ folder });
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test('is measured and hashed as it passes, and gone when it is let go', async () => {
    const spooled = await spool.take(Readable.from([Buffer.from('ab'), Buffer.from('c')]), 3);
    expect(spooled).toMatchObject({ digest: sha256Hex('abc'), bytes: 3 });
    const chunks: Buffer[] = [];
    for await (const chunk of spooled.open()) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).toString()).toBe('abc');
    await spooled.dispose();
    expect(await readdir(folder)).toEqual([]);
  });

  test('is refused beyond the limit, without a rest on disk', async () => {
    await expect(spool.take(Readable.from([Buffer.from('abcd')]), 3)).rejects.toThrowWithCode('too_large', {
      limit: 3,
    });
    expect(await readdir(folder)).toEqual([]);
  });

  test('that breaks off leaves nothing behind', async () => {
    const broken = new Readable({ read: () => undefined });
    setImmediate(() => broken.destroy(new Error('gone')));
    await expect(spool.take(broken, 3)).rejects.toThrowWithCode('unavailable');
    expect(await readdir(folder)).toEqual([]);
  });
});
