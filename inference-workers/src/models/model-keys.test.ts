import { mkdtemp, rm, stat, writeFile, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { wrappingKeyOf, type ModelVersion, type RecordOf } from '@llmchain/protocol';
import { modelKeyRecord } from '../../../test/support/sealed-model';
import { MemoryLedger } from '../../../test/support/worker-ledger';
import { ModelKeys } from './model-keys';
import { readWrappingKey } from './wrapping-key';

const SECRET = new Uint8Array(32).fill(7);
const DATA = new Uint8Array(32).fill(3);
const HOLDER = { member: 'ComputeMSP', worker: 'compute-worker-1' };
const VERSION = { model: 'poet', version: 1, owner: { member: 'LabMSP' } } as ModelVersion;
const PURPOSE = { model: 'poet', version: 1, ...HOLDER, publicKey: wrappingKeyOf(SECRET) };

function keysWith(record?: RecordOf<'model-key'>, secretKey = SECRET): ModelKeys {
  const ledger = new MemoryLedger();
  if (record) ledger.put('model-key', ['poet', '0000000001', HOLDER.member, HOLDER.worker], record);
  return new ModelKeys({ ...HOLDER, secretKey }, { ledger: ledger.as(HOLDER.member) });
}

test('a key that was given opens', async () => {
  expect(await keysWith(modelKeyRecord(DATA, PURPOSE)).keyOf(VERSION)).toEqual(DATA);
});

test('one that was not given, was withdrawn, or is for another wrapping key is asked for where it can be had', async () => {
  const ask = { message: expect.stringContaining('LabMSP') as string };
  await expect(keysWith().keyOf(VERSION)).rejects.toMatchObject({ code: 'not_authorised', ...ask });
  const { wrap: _, ...given } = modelKeyRecord(DATA, PURPOSE);
  const withdrawn = keysWith({ ...given, state: 'withdrawn' });
  await expect(withdrawn.keyOf(VERSION)).rejects.toMatchObject({ code: 'not_authorised', ...ask });
  const renewed = keysWith(modelKeyRecord(DATA, PURPOSE), new Uint8Array(32).fill(8));
  await expect(renewed.keyOf(VERSION)).rejects.toMatchObject({ code: 'not_authorised', ...ask });
});

test('one of another version, put in its place, does not open', async () => {
  const foreign = modelKeyRecord(DATA, { ...PURPOSE, version: 2 });
  await expect(keysWith({ ...foreign, version: 1 }).keyOf(VERSION)).rejects.toThrowWithCode('digest_mismatch');
});

test('the wrapping key is made once, for its owner’s eyes, and a file that is none is refused', async () => {
  const home = await mkdtemp(path.join(tmpdir(), 'wrapping-key-'));
  const file = path.join(home, 'worker.wrapping.key');
  const made = await readWrappingKey(file);
  expect(made).toHaveLength(32);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readWrappingKey(file)).toEqual(made);
  await chmod(file, 0o640);
  await expect(readWrappingKey(file)).rejects.toThrowWithCode('invalid_argument');
  await chmod(file, 0o600);
  await writeFile(file, 'no key');
  await expect(readWrappingKey(file)).rejects.toThrowWithCode('invalid_argument');
  await rm(home, { recursive: true });
});
