import { mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readFileSync } from 'node:fs';
import { settingsOf } from '../settings';
import { Terminal } from '../terminal';
import { verifyCommand } from './verify';

const VECTORS = resolve(__dirname, '../../../evidence/vectors');
const ROOTS = join(VECTORS, 'roots');

describe('llmchain verify', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'llmchain-verify-'));
    // The vectors are signed at their time, which may be later than this machine's.
    jest.spyOn(Date, 'now').mockReturnValue(Date.UTC(2027, 0, 1));
  });
  afterAll(async () => {
    jest.restoreAllMocks();
    await rm(folder, { recursive: true, force: true });
  });

  async function verify(file: string, roots = ROOTS, json = false): Promise<{ ok: boolean; told: string }> {
    const told: string[] = [];
    const streams = { stdout: { write: (text: string) => told.push(text) }, stderr: { write: () => true } };
    const settings = settingsOf({ home: folder, json });
    const ok = await verifyCommand(settings, new Terminal(json, streams), file, { roots });
    return { ok, told: told.join('') };
  }
  async function written(name: string, content: string | Uint8Array): Promise<string> {
    const file = join(folder, name);
    await writeFile(file, content);
    return file;
  }

  test('tells a person what each step found, on what it rests, and what is proven', async () => {
    const { ok, told } = await verify(join(VECTORS, 'work.json'));
    expect(ok).toBe(true);
    expect(told).toMatch(/^ ✔ bundle {2,}work [0-9a-f]{64}, \d+ characters {3}\[form\]$/m);
    expect(told).toMatch(/^ {3}members f\+1 +one more member signed than may be dishonest/m);
    expect(told).toMatch(/^Every step holds\. The file proves that work [0-9a-f]{64} stood on the ledger/m);
  });

  test('tells a script the same as one object', async () => {
    const { ok, told } = await verify(join(VECTORS, 'receipt.json'), ROOTS, true);
    expect(ok).toBe(true);
    expect(told.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(told)).toMatchObject({ ok: true, failed: null, proves: expect.stringMatching(/^receipt /) });
  });

  test('names the step at which it refuses', async () => {
    const text = readFileSync(join(VECTORS, 'work.json'), 'utf8');
    const cut = await verify(await written('cut.json', text.slice(0, 10_000)));
    expect(cut.ok).toBe(false);
    expect(cut.told).toMatch(/Refused at the step "bundle": the file ends in the middle of a bundle: it was cut short/);
    const empty = await verify(await written('empty.json', ''), ROOTS, true);
    expect(JSON.parse(empty.told)).toMatchObject({ ok: false, failed: 'bundle' });
    expect(JSON.parse(empty.told)).not.toHaveProperty('proves');
  });

  test('says when the bundle is of another consortium', async () => {
    const roots = join(folder, 'others');
    await mkdir(roots);
    await writeFile(join(roots, 'genesis.sha256'), `${'0'.repeat(64)}\n`);
    const pem = readFileSync(join(ROOTS, 'LabMSP.ca.pem'), 'utf8');
    await writeFile(join(roots, 'LabMSP.ca.pem'), pem);
    const { ok, told } = await verify(join(VECTORS, 'work.json'), roots);
    expect(ok).toBe(false);
    expect(told).toMatch(/Refused at the step "genesis": .*of another consortium/);
  });

  test('says what is wrong with the folder of roots', async () => {
    const file = join(VECTORS, 'work.json');
    const roots = join(folder, 'roots');
    await expect(verify(file, roots)).rejects.toThrowWithCode('not_found', { roots });
    await mkdir(roots);
    await expect(verify(file, roots)).rejects.toThrow('holds no genesis.sha256');
    await writeFile(join(roots, 'genesis.sha256'), 'nothing');
    await expect(verify(file, roots)).rejects.toThrow('no certificate <MSP id>.ca.pem');
    await writeFile(join(roots, 'LabMSP.ca.pem'), 'nothing');
    await expect(verify(file, roots)).rejects.toThrowWithCode('invalid_argument', { file: 'genesis.sha256' });
    await writeFile(join(roots, 'genesis.sha256'), 'a'.repeat(64));
    await expect(verify(file, roots)).rejects.toThrowWithCode('invalid_argument', { file: 'LabMSP.ca.pem' });
  });

  test('says what is wrong with the file', async () => {
    await expect(verify(join(folder, 'none.json'))).rejects.toThrowWithCode('not_found');
    await expect(verify(join(folder, 'none.json', 'x'))).rejects.toThrowWithCode('not_found');
    await expect(verify(folder)).rejects.toThrowWithCode('invalid_argument');
    const bytes = await written('binary.json', Uint8Array.of(0x7b, 0xff, 0x7d));
    await expect(verify(bytes)).rejects.toThrowWithCode('invalid_argument', { file: bytes });
    const large = join(folder, 'large.json');
    const handle = await open(large, 'w');
    await handle.truncate(200 * 1024 * 1024);
    await handle.close();
    const started = performance.now();
    await expect(verify(large)).rejects.toThrowWithCode('too_large', { bytes: 200 * 1024 * 1024 });
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
