import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { sha256Hex } from '@llmchain/protocol';
import type pg from 'pg';
import { silent } from '../../../../test/support/gateway-member';
import { MemoryStore } from '../../../../test/support/gateway-store';
import { TestPostgres } from '../../../../test/support/postgres';
import { openDatabase, openPool } from '../database/open';
import { PostgresDataKeys } from '../database/postgres-data-keys';
import { KeyRing } from './key-ring';
import { SealedStore } from './sealed-store';

const TEXT = 'From fairest creatures we desire increase';
const DIGEST = sha256Hex(TEXT);
const KEY = `sha256/${DIGEST}`;

describe('a bucket of sealed content', () => {
  let postgres: TestPostgres;
  let pool: pg.Pool;
  let keys: PostgresDataKeys;
  let bucket: MemoryStore;
  const first = randomBytes(32);
  const over = (...ring: Buffer[]): SealedStore =>
    new SealedStore({}, { store: bucket, keys, ring: new KeyRing({ keys: ring }), log: silent });
  const sealed = (): [string, Buffer][] => [...bucket.objects].filter(([key]) => key.startsWith('sealed/'));

  beforeAll(async () => {
    postgres = await TestPostgres.start();
    const { rows } = await postgres.pool().query<{ unix_socket_directories: string }>('show unix_socket_directories');
    const host = encodeURIComponent(rows[0]!.unix_socket_directories);
    const url = `postgresql://postgres@localhost/postgres?host=${host}`;
    pool = openPool({ url, schema: 'keys', numbers: true }, silent);
    keys = new PostgresDataKeys({}, { database: await openDatabase(pool, 'keys') });
  }, 30_000);
  afterAll(async () => {
    await pool.end();
    await postgres.stop();
  });
  beforeEach(async () => {
    bucket = new MemoryStore();
    await keys.remove(DIGEST);
  });

  test('holds nothing of it in clear, and gives it back', async () => {
    const store = over(first);
    await store.putStream(KEY, Readable.from([Buffer.from(TEXT)]), TEXT.length);
    expect(sealed()).toHaveLength(1);
    for (const object of bucket.objects.values()) expect(object.includes('fairest')).toBe(false);
    expect((await store.get(KEY)).toString()).toBe(TEXT);
    expect(await store.size(KEY)).toBe(TEXT.length);
    const kept = JSON.stringify(await keys.find(DIGEST));
    expect(kept).not.toContain(first.toString('base64'));
  });

  test('each time it is put the key is another, and the object before is gone', async () => {
    const store = over(first);
    await store.put(KEY, Buffer.from(TEXT));
    const [before] = sealed();
    await store.put(KEY, Buffer.from(TEXT));
    expect(sealed()).toHaveLength(1);
    expect(sealed()[0]![0]).not.toBe(before![0]);
    expect((await store.get(KEY)).toString()).toBe(TEXT);
  });

  test('put by several at once it opens afterwards', async () => {
    const store = over(first);
    await Promise.all(Array.from({ length: 8 }, () => store.put(KEY, Buffer.from(TEXT))));
    expect((await store.get(KEY)).toString()).toBe(TEXT);
    expect(sealed()).toHaveLength(1);
  });

  test('what was there in clear is still read, and is gone once it is put again', async () => {
    const store = over(first);
    bucket.objects.set(KEY, Buffer.from(TEXT));
    expect([await store.size(KEY), (await store.get(KEY)).toString()]).toEqual([TEXT.length, TEXT]);
    await store.put(KEY, Buffer.from(TEXT));
    expect(bucket.objects.has(KEY)).toBe(false);
    expect((await store.get(KEY)).toString()).toBe(TEXT);
  });

  test('what is public lies in clear, and other keys pass through', async () => {
    const store = over(first);
    await store.put(KEY, Buffer.from(TEXT));
    await store.put(KEY, Buffer.from(TEXT), { public: true });
    expect([...bucket.objects.keys()]).toEqual([KEY]);
    await store.put('openings/1', Buffer.from('x'));
    expect(bucket.objects.get('openings/1')?.toString()).toBe('x');
  });

  test('an object that was exchanged, changed or cut is refused', async () => {
    const store = over(first);
    await store.put(KEY, Buffer.from(TEXT));
    const [name, object] = sealed()[0]!;
    bucket.objects.set(name, Buffer.concat([object.subarray(0, -1), Buffer.from([object.at(-1)! ^ 1])]));
    await expect(store.get(KEY)).rejects.toThrowWithCode('digest_mismatch');
    bucket.objects.set(name, Buffer.from(TEXT));
    await expect(store.get(KEY)).rejects.toThrowWithCode('digest_mismatch');
    bucket.objects.set(name, object.subarray(0, -1));
    expect(await store.size(KEY)).toBeUndefined();
  });

  test('without its key-encryption key nothing opens, and it says which one is missing', async () => {
    await over(first).put(KEY, Buffer.from(TEXT));
    const other = over(randomBytes(32));
    await expect(other.get(KEY)).rejects.toThrowWithCode('unavailable', { sha256: DIGEST });
    expect(await other.rewrap()).toBe(0);
    expect((await over(first).get(KEY)).toString()).toBe(TEXT);
  });

  test('a new key-encryption key takes over without touching content, and the old one may go', async () => {
    await over(first).put(KEY, Buffer.from(TEXT));
    const before = new Map(bucket.objects);
    const second = randomBytes(32);
    expect(await over(first, second).rewrap()).toBe(1);
    expect(await over(first, second).rewrap()).toBe(0);
    expect(bucket.objects).toEqual(before);
    expect((await over(second).get(KEY)).toString()).toBe(TEXT);
    await expect(over(first).get(KEY)).rejects.toThrowWithCode('unavailable');
  });

  test('a wrapped key serves its own content alone', async () => {
    const store = over(first);
    await store.put(KEY, Buffer.from(TEXT));
    const kept = (await keys.find(DIGEST))!;
    await keys.put({ ...kept, object: 'sealed/other' });
    bucket.objects.set('sealed/other', bucket.objects.get(kept.object)!);
    await expect(store.get(KEY)).rejects.toThrowWithCode('digest_mismatch');
  });

  test('what is removed is gone, object and key', async () => {
    const store = over(first);
    await store.put(KEY, Buffer.from(TEXT));
    expect(await store.remove(KEY)).toBe(true);
    expect([bucket.objects.size, await keys.find(DIGEST)]).toEqual([0, undefined]);
    expect(await store.remove(KEY)).toBe(false);
  });
});

describe('the file of key-encryption keys', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ring-'));
    file = join(folder, 'content.key');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test('is made once, with mode 0600; a line that is added takes over', async () => {
    const { current } = KeyRing.read(file);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(KeyRing.read(file).current).toBe(current);
    await writeFile(file, `${await readFile(file, 'utf8')}${'ab'.repeat(32)}\n`);
    expect(KeyRing.read(file).current).not.toBe(current);
  });

  test.each(['', 'ab', `${'ab'.repeat(32)}\nxyz`, 'AB'.repeat(32)])('is refused when it holds %j', async (text) => {
    await writeFile(file, text, { mode: 0o600 });
    expect(() => KeyRing.read(file)).toThrow(/is no key/);
  });

  test('is refused when others may read it', async () => {
    KeyRing.read(file);
    await chmod(file, 0o640);
    expect(() => KeyRing.read(file)).toThrow(/mode to 0600/);
  });
});
